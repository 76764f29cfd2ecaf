package io.tally.testkit;

import io.tally.engine.Outcome;
import org.agrona.DirectBuffer;

/**
 * How a command to a {@link ShardHarness} ended.
 *
 * @param outcome of the request.
 * @param serviceCode why the service refused, 1 to 255 by its own numbers; 0 if it did not.
 * @param incarnation of the life that answered; 0 if none did.
 * @param replayed whether the answer was recorded for an earlier command with the same key.
 * @param bytes a copy of the service's reply, of its exact length; empty if there is none.
 */
public record ShardReply(
    Outcome outcome, int serviceCode, long incarnation, boolean replayed, DirectBuffer bytes) {}
