package io.tally.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.internal.CheckedService;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

/** What is found by looking at what shards apply. */
class TrialWitnessTest {
  private static final long HASH = 5;

  private final List<String> violations = new ArrayList<>();
  private final TrialWitness<Integer, Long> witness =
      new TrialWitness<>(new DispenserTrial(), violations::add);
  private final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
  private final CheckedService shard = life(7);

  private CheckedService life(final long incarnation) {
    final ServiceDefinition dispenser = new Dispenser.Definition();
    return new CheckedService(
        new DecoratedDefinition(
            dispenser, dispenser.maxTimers(), service -> witness.of(service, dispenser.schemaId())),
        incarnation,
        0);
  }

  private byte[] payload(final int call) {
    final byte[] payload = new byte[Dispenser.encode(call, command, 0)];
    command.getBytes(0, payload);
    return payload;
  }

  private void send(final int call) {
    witness.onSent(HASH, payload(call), "a", call);
  }

  private void apply(final CheckedService at, final int call) {
    at.apply(
        HASH, command, 0, Dispenser.encode(call, command, 0), new ExpandableArrayBuffer(64), 0);
  }

  private void assertFound(final String found) {
    assertEquals(1, violations.size(), violations::toString);
    assertTrue(violations.get(0).contains(found), violations::toString);
  }

  @Test
  void shouldFindCallsThatCannotBeToldApart() {
    send(Dispenser.TAKE);
    send(Dispenser.TAKE);
    assertEquals(List.of(), violations);
    witness.onSent(HASH, payload(Dispenser.TAKE), "a", Dispenser.LOOK);
    assertFound("have the same payload");
  }

  @Test
  void shouldFindACommandThatNoClientSent() {
    send(Dispenser.LOOK);
    apply(shard, Dispenser.LOOK);
    assertEquals(List.of(), violations);
    apply(shard, Dispenser.TAKE);
    assertFound("a shard was given what no client sent");
  }

  @Test
  void shouldFindALifeThatGoesOnFromAnotherStateThanItsLast() {
    send(Dispenser.TAKE);
    apply(shard, Dispenser.TAKE);
    final CheckedService next = life(7);
    final CheckedService late = life(7);
    shard.restoreInto(next, 0);
    shard.restoreInto(late, 0);
    apply(next, Dispenser.TAKE);
    assertEquals(List.of(), violations);
    apply(late, Dispenser.TAKE);
    assertFound("a life goes on from another state than its last");
  }

  @Test
  void shouldFindAnAnswerThatTheOracleDoesNotGive() {
    send(Dispenser.TAKE);
    apply(shard, Dispenser.TAKE);
    witness.judge();
    assertEquals(List.of(), violations);
    // Another shard gives the first number again, where one life would give the second.
    apply(life(7), Dispenser.TAKE);
    violations.clear();
    witness.judge();
    assertFound("the oracle says 2");
  }

  @Test
  void shouldKnowAnswersOfTheLifeAndOfThoseBeforeIt() {
    send(Dispenser.TAKE);
    apply(shard, Dispenser.TAKE);
    final CheckedService next = life(8);
    shard.restoreInto(next, 0);
    apply(shard, Dispenser.TAKE);
    apply(next, Dispenser.TAKE);
    assertTrue(witness.hasAnswered(7, "a", Dispenser.TAKE, 1L, false));
    assertFalse(witness.hasAnswered(7, "a", Dispenser.TAKE, 3L, false));
    assertFalse(witness.hasAnswered(8, "a", Dispenser.TAKE, 1L, false));
    assertTrue(witness.hasAnswered(8, "a", Dispenser.TAKE, 1L, true));
    assertTrue(witness.hasAnswered(8, "a", Dispenser.TAKE, 2L, false));
    assertEquals(List.of(), violations);
  }
}
