package io.tally.launcher;

import io.tally.transport.internal.CarrierState;
import io.tally.transport.internal.CarrierStatus;
import io.tally.transport.internal.NatsSession;

/**
 * One log line for each change of state of the NATS connection, which says what happens next. What
 * happens before the first connection is reported by the start, which waits for it.
 */
final class NatsLog implements NatsSession.Listener {
  private volatile boolean begun;
  private String lastEvent = "";

  void begin() {
    begun = true;
  }

  @Override
  public void onStatus(final CarrierStatus status) {
    lastEvent = "";
    if (!begun) {
      return;
    }
    if (status.state() == CarrierState.CONNECTED) {
      Log.info("NATS connected", "next", "nodes talk again");
    } else {
      Log.warn(message(status.state()), "reason", status.reason(), "next", next(status.state()));
    }
  }

  private static String message(final CarrierState state) {
    return switch (state) {
      case REFUSED -> "NATS refused the credentials";
      case DENIED -> "NATS denies a subject";
      case PAYLOAD_LIMIT -> "NATS takes no message of full length";
      default -> "NATS disconnected";
    };
  }

  private static String next(final CarrierState state) {
    return switch (state) {
      case REFUSED, PAYLOAD_LIMIT ->
          "not ready, own shards are served; tried again every second, also elsewhere";
      case DENIED -> "not ready, own shards are served; ready when it is permitted again";
      default -> "not ready, own shards are served; all servers are tried until one answers";
    };
  }

  /** Logs an event once, although jnats reports it again and again while it lasts. */
  @Override
  public void onEvent(final String event) {
    if (!event.equals(lastEvent)) {
      lastEvent = event;
      Log.warn("NATS connection", "event", event);
    }
  }
}
