package io.tally.transport.internal;

/**
 * How a {@link NatsSession} stands with its servers.
 *
 * @param state of the session.
 * @param reason why frames do not travel, or not all, for people; an empty string while they do.
 *     Holds no secret.
 */
public record CarrierStatus(CarrierState state, String reason) {
  /** Why frames do not travel, in a few words; an empty string while they do. */
  String fault() {
    return switch (state) {
      case CONNECTED -> "";
      case CONNECTING -> "NATS connecting";
      case REFUSED -> "NATS authorization violation: " + reason;
      case DENIED -> "NATS permissions violation: " + reason;
      case PAYLOAD_LIMIT -> "NATS max_payload too small: " + reason;
      case CLOSED -> "NATS connection closed";
      case DISCONNECTED -> "NATS disconnected: " + reason;
    };
  }
}
