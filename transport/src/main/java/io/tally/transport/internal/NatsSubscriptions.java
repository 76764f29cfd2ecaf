package io.tally.transport.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The subscriptions of a session, and the attempt whose client was asked for them. Locked, because
 * any thread may subscribe while the session's own moves all subscriptions to a new client.
 */
final class NatsSubscriptions {
  private final Set<Subscriber> subscribers = new LinkedHashSet<>();
  private NatsAttempt attempt;

  synchronized FrameCarrier.Subscription add(
      final String subject, final FrameListener listener, final Runnable onConfirmed) {
    final Subscriber subscriber = new Subscriber(subject, listener, onConfirmed);
    subscribers.add(subscriber);
    final NatsAttempt current = attempt;
    if (current != null) {
      subscriber.moveTo(current.client());
      current.client().flush(() -> confirm(current, onConfirmed));
    }
    return () -> remove(subscriber);
  }

  private synchronized void remove(final Subscriber subscriber) {
    if (subscribers.remove(subscriber) && attempt != null) {
      subscriber.current.close();
    }
  }

  /** Subscribes to everything with a new client, which is asked for what is added from now on. */
  synchronized void moveTo(final NatsAttempt next) {
    attempt = next;
    final List<Subscriber> moved = List.copyOf(subscribers);
    moved.forEach(subscriber -> subscriber.moveTo(next.client()));
    next.client()
        .flush(
            () -> {
              next.onConfirmed();
              confirm(next, () -> confirmAll(moved));
            });
  }

  /** The server confirms a flush even if it has denied a subscription before. */
  private static void confirm(final NatsAttempt attempt, final Runnable onConfirmed) {
    if (attempt.deniedSubscription() == null) {
      onConfirmed.run();
    }
  }

  /**
   * Leaves out those that were added after the flush was asked for: the server may have confirmed
   * it before it heard of them.
   */
  private synchronized void confirmAll(final List<Subscriber> moved) {
    for (final Subscriber subscriber : moved) {
      if (subscribers.contains(subscriber)) {
        subscriber.onConfirmed.run();
      }
    }
  }

  synchronized void clear() {
    attempt = null;
  }

  private static final class Subscriber {
    private final String subject;
    private final FrameListener listener;
    private final Runnable onConfirmed;
    private FrameCarrier.Subscription current;

    Subscriber(final String subject, final FrameListener listener, final Runnable onConfirmed) {
      this.subject = subject;
      this.listener = listener;
      this.onConfirmed = onConfirmed;
    }

    void moveTo(final NatsClient newClient) {
      current = newClient.subscribe(subject, listener);
    }
  }
}
