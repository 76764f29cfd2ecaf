package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.Watcher;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import org.agrona.concurrent.CachedNanoClock;

/**
 * After any history of changes, deletions, restarts, subscriptions, and of messages that are lost,
 * held up, repeated and overtaken: no watcher is told something older than before, and a renewal
 * after the network is whole again each holds what the owner holds.
 */
final class WatchHistoriesTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final long FRONT = 3;
  private static final int ITEMS = 3;
  private static final int STEPS = 300;
  private static final int MAX_WATCHERS = 6;

  private enum Seen {
    LOST,
    OVERTAKEN,
    RESTARTED,
    AWAY,
    DELETED,
    ENDED_AT_OWNER
  }

  private static final Set<Seen> ALL_SEEN = EnumSet.noneOf(Seen.class);

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final List<byte[]> toOwner = new ArrayList<>();
  private final List<byte[]> toFront = new ArrayList<>();
  private final List<Told> watchers = new ArrayList<>();
  private final List<StockService> services = new ArrayList<>();
  private final long[] items = new long[ITEMS];
  private SplittableRandom random;
  private StockNode front;
  private StockNode owner;
  private long incarnation;
  private boolean up;

  @Property(tries = 400, shrinking = ShrinkingMode.OFF)
  void shouldHoldWhatTheOwnerHoldsOneRenewalAfterHealing(@ForAll final long seed) {
    random = new SplittableRandom(seed);
    start();
    for (int step = 0; step < STEPS; step++) {
      act();
      clock.advance(random.nextInt(20) == 0 ? random.nextLong(4 * Watcher.RENEWAL_NS) : 0);
      clock.advance(random.nextLong(Watcher.RENEWAL_NS / 10));
      turn(false);
    }
    heal();
    for (final Told watcher : watchers) {
      assertEquals(incarnation, watcher.incarnation, watcher.all::toString);
      assertEquals(version(watcher.itemId), watcher.version, watcher.all::toString);
      assertEquals(left(watcher.itemId), watcher.left, watcher.all::toString);
      assertTrue(watcher.all.isEmpty() || !watcher.last().equals("NO_OWNER"));
    }
    see(Seen.DELETED, watchers.stream().anyMatch(told -> told.all.contains("0 deleted")));
  }

  @AfterProperty
  void shouldHaveSeenAllThatMayGoWrong() {
    assertEquals(EnumSet.allOf(Seen.class), ALL_SEEN);
  }

  private static void see(final Seen what, final boolean seen) {
    if (seen) {
      ALL_SEEN.add(what);
    }
  }

  private void start() {
    toOwner.clear();
    toFront.clear();
    watchers.clear();
    incarnation = 5;
    up = true;
    front = StockNode.launch(clock, StockNode.context(IDS, "node-0", FRONT));
    startOwner();
    items[0] = front.itemOwnedBy(1, 0);
    for (int i = 1; i < ITEMS; i++) {
      items[i] = front.itemOwnedBy(1, items[i - 1] + 1);
    }
  }

  private void startOwner() {
    services.clear();
    owner =
        StockNode.launch(
            clock,
            StockNode.context(IDS, "node-1", incarnation)
                .services(
                    new DecoratedDefinition(
                        StockService.definition(),
                        service -> {
                          services.add((StockService) service);
                          return service;
                        })));
    owner.link.peerUp(0, FRONT);
    meet();
  }

  private void meet() {
    if (up) {
      front.link.peerUp(1, incarnation);
    } else {
      front.link.peerDown(1);
    }
  }

  private void act() {
    final long item = items[random.nextInt(ITEMS)];
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> owner.stocks.put(clock.nanoTime(), item, 1, answers, 0);
      case 3, 4 -> owner.stocks.take(clock.nanoTime(), item, left(item), new byte[0], answers, 0);
      case 5, 6 -> {
        if (watchers.size() < MAX_WATCHERS) {
          watchers.add(Told.watch(front, item));
        }
      }
      case 7 -> {
        if (!watchers.isEmpty()) {
          watchers.remove(random.nextInt(watchers.size())).subscription.close();
        }
      }
      case 8 -> {
        if (random.nextInt(8) == 0) {
          see(Seen.RESTARTED, true);
          incarnation++;
          startOwner();
        }
      }
      case 9 -> {
        see(Seen.AWAY, true);
        up = random.nextBoolean();
        meet();
      }
      default -> {}
    }
  }

  private void turn(final boolean healed) {
    front.step();
    toOwner.addAll(front.link.drained());
    final int before = owner.engine.registrationCount();
    deliver(toOwner, owner, healed);
    owner.step();
    see(Seen.ENDED_AT_OWNER, owner.engine.registrationCount() < before);
    toFront.addAll(owner.link.drained());
    deliver(toFront, front, healed);
  }

  private void deliver(final List<byte[]> messages, final StockNode target, final boolean healed) {
    int left = healed ? messages.size() : random.nextInt(messages.size() + 1);
    for (; left > 0; left--) {
      final int next = healed ? 0 : random.nextInt(messages.size());
      see(Seen.OVERTAKEN, next > 0);
      final byte[] message = messages.get(next);
      if (healed || random.nextInt(4) > 0) {
        target.receive(message);
      } else {
        see(Seen.LOST, true);
      }
      if (healed || random.nextInt(4) > 0) {
        messages.remove(next);
      }
    }
  }

  /** What is still under way arrives late; then a renewal of each watch has its turn. */
  private void heal() {
    up = true;
    meet();
    turn(true);
    clock.advance(Watcher.RENEWAL_NS);
    for (int i = 0; i < MAX_WATCHERS; i++) {
      turn(true);
      clock.advance(StockNode.QUEUE_LIMIT_NS);
    }
  }

  private long left(final long item) {
    return services.stream().mapToLong(service -> service.left(item)).sum();
  }

  private long version(final long item) {
    return services.stream().mapToLong(service -> service.version(item)).sum();
  }
}
