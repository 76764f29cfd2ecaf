package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.TimedEntities;
import io.tally.examples.lease.codecs.AcquireEncoder;
import io.tally.examples.lease.codecs.LeaseStateEncoder;
import io.tally.testkit.ShardHarness;
import io.tally.testkit.ShardReply;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What entities of another life leave behind takes no place of new ones. */
class OtherLifeTest {
  private static final int FULL = 1;

  private final ShardHarness shard = ShardHarness.of(definition());

  @Test
  void shouldHaveRoomForNewOnesWhereAnOlderStateWasFull() {
    assertEquals(0, hold("a"));
    assertEquals(0, hold("b"));
    // The next ones have other numbers than the first ones of a new life will have.
    shard.advance(Duration.ofHours(1));
    assertEquals(0, hold("a"));
    assertEquals(0, hold("b"));
    assertEquals(FULL, hold("c"));
    shard.restore(shard.snapshot());
    assertEquals(0, hold("a"));
    assertEquals(0, hold("c"));
    assertEquals(FULL, hold("d"));
  }

  private int hold(final String id) {
    final ShardReply reply =
        shard.send(id, (buffer, offset) -> LeaseCommands.acquire(buffer, offset, id, 1));
    assertEquals(Outcome.ANSWERED, reply.outcome());
    return reply.serviceCode();
  }

  /** Two entities for an hour. */
  private static ServiceDefinition definition() {
    final LeaseStateEncoder state = new LeaseStateEncoder();
    return TimedEntities.definition(
        "hold",
        2,
        held ->
            (command, entity, reply) -> {
              reply.answer(state);
              if (held.add(command, command.timeNs() + TimeUnit.HOURS.toNanos(1)) == null) {
                reply.refuse(FULL);
              }
            },
        state,
        MessageType.of("Hold", true, new AcquireEncoder(), state));
  }
}
