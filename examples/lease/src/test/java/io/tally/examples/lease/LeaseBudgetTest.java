package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceMemory;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSink;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shards of a process hold no more leases together than its heap has room for. */
class LeaseBudgetTest {
  private static final long HEAP_BYTES_OF_THREE = 3 * 4 * 856;

  private final ServiceDefinition definition =
      Leases.definition(LeaseShard.MAX_TTL_MS).within(new ServiceMemory(0, HEAP_BYTES_OF_THREE));
  private final LeaseShard one = shard();
  private final LeaseShard other = shard();

  private LeaseShard shard() {
    return new LeaseShard(definition, 1, 0).atMs(LeaseShard.OPENS_MS);
  }

  @BeforeEach
  void takeAll() {
    one.acquire("a", 100).held(100);
    one.acquire("b", 200).held(200);
    other.acquire("c", 300).held(300);
  }

  private void assertFull(final LeaseShard shard) {
    shard.acquire("d", 1_000).refused(Leases.FULL);
    shard.read("d").free();
  }

  @Test
  void shouldRefuseOneMoreThanTheHeapHolds() {
    assertEquals(3, definition.entities().max());
    other.acquire("d", 1_000).refused(Leases.FULL);
    assertFalse(other.isUnderKey());
    assertEquals(1, definition.entities().refusals().getAsLong());
    assertEquals(1, other.service.entityCount());
    final long end = other.service.nextTimerNs();
    other.acquire("d", 1).refused(Leases.FULL);
    assertEquals(end, other.service.nextTimerNs());
  }

  @Test
  void shouldHaveRoomAgainForEachLeaseThatEnds() {
    final Token token = other.read("c").token();
    other.release("c", token).free();
    other.acquire("c", 300).held(300);
    assertFull(one);
    one.atMs(LeaseShard.OPENS_MS + 100).acquire("d", 300).held(300);
    assertFull(other);
  }

  @Test
  void shouldHaveRoomAgainWhenAShardHasGone() {
    one.service.close();
    other.acquire("d", 300).held(300);
    other.acquire("e", 300).held(300);
    assertEquals(3, other.service.entityCount());
    other.acquire("f", 300).refused(Leases.FULL);
  }

  /** It keeps what has ended meanwhile. */
  @Test
  void shouldHaveNoRoomForWhatASnapshotStillShows() {
    final ShardService[] shown = new ShardService[1];
    final LeaseShard third =
        new LeaseShard(
                new DecoratedDefinition(
                    definition, definition.maxTimers(), service -> shown[0] = service),
                1,
                0)
            .atMs(LeaseShard.OPENS_MS);
    one.release("b", one.read("b").token()).free();
    final Token token = third.acquire("d", 300).held(300);
    shown[0].snapshot().beginSnapshot(new NoRoom());
    third.release("d", token).free();
    assertFull(other);
    other.release("c", other.read("c").token()).free();
    third.release("e", third.acquire("e", 300).held(300)).free();
    other.acquire("c", 300).held(300);
    assertFull(one);
    shown[0].snapshot().endSnapshot();
    other.acquire("d", 300).held(300);
    assertFull(third);
  }

  /** A sink that is as slow as can be. */
  private static final class NoRoom implements SnapshotSink {
    @Override
    public int tryClaim(final int length) {
      return FULL;
    }

    @Override
    public MutableDirectBuffer buffer() {
      throw new IllegalStateException("nothing is claimed");
    }

    @Override
    public void commit() {
      throw new IllegalStateException("nothing is claimed");
    }
  }

  @Test
  void shouldKeepWhatIsRestoredEvenWithoutRoom() {
    final LeaseShard third = new LeaseShard(definition, 1, 0);
    one.service.restoreInto(third.service, 0);
    third.atMs(LeaseShard.OPENS_MS);
    assertEquals(2, third.service.entityCount());
    one.service.close();
    assertFull(third);
    other.service.close();
    third.acquire("d", 300).held(300);
    assertEquals(3, third.service.entityCount());
  }
}
