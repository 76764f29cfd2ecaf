package io.tally.launcher;

/**
 * Offers a service to the command line. A jar on the class path names its provider in {@code
 * META-INF/services/io.tally.launcher.ServiceProvider}, and has a public constructor without
 * arguments for it; {@code --service=NAME} then hosts the service whose definition has that name.
 */
@FunctionalInterface
public interface ServiceProvider {
  /**
   * The service.
   *
   * @return as nodes of this process host it.
   */
  HostedService service();
}
