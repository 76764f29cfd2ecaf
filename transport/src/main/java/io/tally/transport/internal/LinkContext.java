package io.tally.transport.internal;

import static java.util.Objects.requireNonNull;

import io.tally.engine.internal.Wakeup;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * What a link works with. None of it is owned by the link.
 *
 * @param carrier carries the frames.
 * @param clock the monotonic clock: the one whose time the agents are stepped with. Read by the
 *     threads that step the receiver and the sender, once for each frame.
 * @param wallClock which hellos name.
 * @param homeWakeup wakes whoever steps the receiver.
 * @param senderWakeup wakes whoever steps the sender.
 * @param listener hears of events.
 */
public record LinkContext(
    FrameCarrier carrier,
    NanoClock clock,
    EpochClock wallClock,
    Wakeup homeWakeup,
    Wakeup senderWakeup,
    LinkListener listener) {
  /** Refuses null. */
  public LinkContext {
    requireNonNull(carrier);
    requireNonNull(clock);
    requireNonNull(wallClock);
    requireNonNull(homeWakeup);
    requireNonNull(senderWakeup);
    requireNonNull(listener);
  }
}
