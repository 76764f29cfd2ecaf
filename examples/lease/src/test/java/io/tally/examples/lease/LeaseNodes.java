package io.tally.examples.lease;

import io.tally.engine.EngineSettings;
import io.tally.launcher.HostedService;
import io.tally.launcher.NodeConfig;
import java.util.concurrent.TimeUnit;

/** Nodes on free ports, whose deadlines are such that a busy machine does not let them pass. */
final class LeaseNodes {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

  private LeaseNodes() {}

  static NodeConfig alone(final HostedService service) {
    return NodeConfig.alone(service)
        .withPorts(0, 0)
        .withEngine(EngineSettings.DEFAULT.withRequestTimes(PATIENCE_NS, PATIENCE_NS));
  }
}
