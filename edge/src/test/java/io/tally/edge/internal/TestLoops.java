package io.tally.edge.internal;

import io.netty.channel.epoll.Epoll;
import io.tally.edge.EdgeSettings;
import java.util.List;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/** Event loops as no process launches them. */
public final class TestLoops {
  private TestLoops() {}

  /** Loops without epoll, as on a machine that lacks it. */
  public static EventLoops nio(
      final int loopCount, final NanoClock clock, final ErrorHandler errorHandler) {
    return launch(loopCount, false, List.of(StepOrder.values()), clock, errorHandler);
  }

  /** Loops whose step goes through the phases in this order. */
  public static EventLoops inOrder(
      final List<StepOrder> order,
      final int loopCount,
      final NanoClock clock,
      final ErrorHandler errorHandler) {
    return launch(loopCount, Epoll.isAvailable(), order, clock, errorHandler);
  }

  private static EventLoops launch(
      final int loopCount,
      final boolean epoll,
      final List<StepOrder> order,
      final NanoClock clock,
      final ErrorHandler errorHandler) {
    return new EventLoops(
        loopCount, EdgeSettings.DEFAULTS.maxConnections(), epoll, order, clock, errorHandler);
  }
}
