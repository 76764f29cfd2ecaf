package io.tally.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Outcome;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the test kit: how an author tests a service, and what that finds. */
@Timeout(300)
final class DispenserTest {
  private static final Duration SHIFT = Duration.ofNanos(Dispenser.SHIFT_NS);

  @Test
  void shouldKeepEveryPromiseOnFaultyClusters() {
    ClusterTest.of(DispenserTrial::new).histories(300).run();
  }

  @Test
  void shouldHandOutAsManyNumbersAsThereAre() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      for (long number = 1; number <= Dispenser.NUMBERS; number++) {
        assertEquals(number, take(shard, "").bytes().getLong(0));
      }
      assertEquals(Dispenser.EMPTY, take(shard, "").serviceCode());
    }
  }

  @Test
  void shouldBeginAnewWhenAShiftIsOver() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      take(shard, "");
      shard.advance(SHIFT.minusNanos(1));
      assertEquals(2, take(shard, "").bytes().getLong(0));
      assertEquals(1, shard.entityCount());
      shard.advance(Duration.ofNanos(1));
      assertEquals(0, shard.entityCount());
      assertEquals(1, take(shard, "").bytes().getLong(0));
    }
  }

  @Test
  void shouldAnswerAKeyOnce() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      assertEquals(1, take(shard, "k").bytes().getLong(0));
      final ShardReply again = take(shard, "k");
      assertEquals(1, again.bytes().getLong(0));
      assertTrue(again.replayed());
      shard.restart();
      assertTrue(take(shard, "k").replayed());
      assertEquals(2, take(shard, "").bytes().getLong(0));
    }
  }

  @Test
  void shouldGoOnWithTimersAndStateAfterARestart() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      take(shard, "");
      final long life = shard.incarnation();
      shard.restart();
      assertEquals(life, take(shard, "").incarnation());
      assertEquals(2, shard.send("north", this::look).bytes().getLong(0));
      shard.advance(SHIFT);
      assertEquals(0, shard.send("north", this::look).bytes().getLong(0));
    }
  }

  @Test
  void shouldFireTimersThatFellDueWhileItStoodStill() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      take(shard, "");
      shard.restart(SHIFT.minusNanos(1));
      assertEquals(2, take(shard, "").bytes().getLong(0));
      shard.restart(Duration.ofNanos(1));
      assertEquals(0, shard.entityCount());
      assertEquals(1, take(shard, "").bytes().getLong(0));
    }
  }

  @Test
  void shouldBeginALifeWithAnOlderStateOrNone() {
    try (ShardHarness shard = ShardHarness.of(new Dispenser.Definition())) {
      take(shard, "");
      final List<byte[]> snapshot = shard.snapshot();
      take(shard, "");
      final long timeNs = shard.timeNs();
      final long life = shard.incarnation();
      shard.restore(snapshot);
      final ShardReply second = take(shard, "");
      assertEquals(2, second.bytes().getLong(0));
      assertTrue(second.incarnation() > life);
      assertTrue(shard.timeNs() >= timeNs);
      shard.loseState();
      assertEquals(1, take(shard, "").bytes().getLong(0));
    }
  }

  @Test
  void shouldShowWhatTheServiceThrows() {
    try (ShardHarness shard = ShardHarness.of(broken(Throwing::new))) {
      assertThrows(UnsupportedOperationException.class, () -> take(shard, ""));
      assertEquals(Outcome.ANSWERED, shard.send("north", this::look).outcome());
    }
  }

  @Test
  void shouldFindAServiceThatLosesItsStateInARestart() {
    assertFound("oracle: ", Forgetful::new);
  }

  @Test
  void shouldFindAServiceThatCountsWhatItRefuses() {
    assertFound("oracle: ", Miscounting::new);
  }

  @Test
  void shouldFindAServiceThatAsksAnotherClock() {
    assertFound("oracle: ", Hasty::new);
  }

  @Test
  void shouldFindAServiceThatThrows() {
    assertFound("fault: ", Throwing::new);
  }

  @Test
  void shouldFindAnAnswerThatNoShardGave() {
    final int[] decoded = new int[1];
    final String violation =
        ClusterTest.of(
                () ->
                    new DispenserTrial() {
                      @Override
                      public Long decode(
                          final Integer call, final int serviceCode, final DirectBuffer reply) {
                        // Shard and client read each answer once: every other is the client's.
                        return super.decode(call, serviceCode, reply)
                            + (++decoded[0] % 50 == 0 ? 1_000 : 0);
                      }
                    })
            .firstViolation();
    assertTrue(violation.contains("oracle: ") || violation.contains("answer: "), violation);
  }

  @Test
  void shouldTellATrialWhatItsClientsAreTold() {
    final Set<Long> told = new TreeSet<>();
    final String violation =
        ClusterTest.of(
                () ->
                    new DispenserTrial() {
                      @Override
                      public void onAnswer(final String id, final Integer call, final Long answer) {
                        told.add(answer);
                      }
                    })
            .histories(20)
            .firstViolation();
    assertEquals("", violation);
    assertTrue(told.contains(1L) && told.contains(Dispenser.NUMBERS), told::toString);
  }

  @Test
  void shouldSayWhatTheAuthorChecks() {
    final String violation =
        ClusterTest.of(
                () ->
                    new DispenserTrial() {
                      @Override
                      public List<String> check(final ServiceHistory<Integer, Long> history) {
                        return history.calls().isEmpty() ? List.of() : List.of("too busy");
                      }
                    })
            .firstViolation();
    assertTrue(violation.contains("check: too busy"), violation);
    assertTrue(violation.contains("-Dtally.trial.seed=1"), violation);
  }

  private static void assertFound(final String what, final Supplier<ShardService> broken) {
    final String violation =
        ClusterTest.of(
                () ->
                    new DispenserTrial() {
                      @Override
                      public ServiceDefinition service() {
                        return broken(broken);
                      }
                    })
            .firstViolation();
    assertTrue(violation.contains(what), violation);
  }

  private static ServiceDefinition broken(final Supplier<ShardService> service) {
    return new Dispenser.Definition() {
      @Override
      public ShardService create(final int shardId) {
        return service.get();
      }
    };
  }

  private static ShardReply take(final ShardHarness shard, final String key) {
    return shard.send(
        "north", key, (buffer, offset) -> Dispenser.encode(Dispenser.TAKE, buffer, offset));
  }

  private int look(final MutableDirectBuffer buffer, final int offset) {
    return Dispenser.encode(Dispenser.LOOK, buffer, offset);
  }

  private static final class Forgetful extends Dispenser {
    @Override
    byte[] image() {
      return new byte[Integer.BYTES];
    }
  }

  private static final class Miscounting extends Dispenser {
    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (reply.serviceCode() == EMPTY) {
        super.onTimer(timeNs, entityHash);
      }
    }
  }

  private static final class Hasty extends Dispenser {
    private long calls;

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      super.onCommand(
          timeNs - ++calls * 1_000_000, entityHash, templateId, buffer, offset, length, reply);
    }
  }

  private static final class Throwing extends Dispenser {
    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      if (templateId == TAKE) {
        throw new UnsupportedOperationException("take");
      }
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
    }
  }
}
