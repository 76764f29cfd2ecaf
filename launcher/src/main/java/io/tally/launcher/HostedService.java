package io.tally.launcher;

import io.tally.engine.Ingress;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceMemory;
import io.tally.engine.WatchExecutor;
import io.tally.http.Endpoint;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A service as a node hosts it: its state and messages, and how it is reached.
 *
 * @param definition makes the service's definition, whose state keeps within the memory given.
 *     Called with {@link ServiceMemory#NONE} first, to ask that definition for its messages.
 * @param http its endpoints over HTTP on the event loop of an ingress, which can also watch what it
 *     hosts.
 * @param help what the help page of the API says, title first; {@code URL} in it stands for the
 *     server's own.
 * @param examples commands to try it with, a line each; {@code URL} as above.
 */
public record HostedService(
    Function<ServiceMemory, ServiceDefinition> definition,
    BiFunction<Ingress, WatchExecutor, List<Endpoint>> http,
    String help,
    String examples) {
  String name() {
    return definition.apply(ServiceMemory.NONE).name();
  }
}
