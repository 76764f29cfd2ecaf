package io.tally.transport;

/**
 * How a {@link NatsSession} stands with its servers.
 *
 * @param state of the session.
 * @param reason why frames do not travel, or not all, for people; an empty string while they do.
 *     Holds no secret.
 */
public record CarrierStatus(CarrierState state, String reason) {}
