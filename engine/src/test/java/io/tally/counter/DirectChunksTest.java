package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class DirectChunksTest {
  private static final long LAST = 24L << 20;

  private final DirectChunks chunks = new DirectChunks();

  @Test
  void shouldHoldEveryPositionOnceAndLeaveItWhereItIs() {
    final UnsafeBuffer first = grow(DirectChunks.START);
    for (long position = DirectChunks.START; position < LAST; position += Long.BYTES) {
      final UnsafeBuffer chunk = grow(position);
      assertEquals(0, chunk.getLong(DirectChunks.offset(position)), "taken before");
      chunk.putLong(DirectChunks.offset(position), position);
    }
    for (long position = DirectChunks.START; position < LAST; position += Long.BYTES) {
      assertEquals(position, chunks.chunk(position).getLong(DirectChunks.offset(position)));
    }
    assertSame(first, chunks.chunk(DirectChunks.START));
  }

  @Test
  void shouldTakeAnEighthMoreAtMostAndNoChunkThatTakesLongToZero() {
    final Set<UnsafeBuffer> all = Collections.newSetFromMap(new IdentityHashMap<>());
    long used = 0;
    while (DirectChunks.START + used < LAST) {
      final long position = DirectChunks.START + used;
      final UnsafeBuffer chunk = grow(position);
      assertTrue(all.add(chunk));
      assertEquals(0, DirectChunks.offset(position));
      assertEquals(DirectChunks.chunkBytes(position), chunk.capacity());
      assertTrue(chunk.capacity() <= DirectChunks.FIRST_CHUNK_BYTES + used / 8);
      assertTrue(chunk.capacity() <= DirectChunks.MAX_CHUNK_BYTES);
      used += chunk.capacity();
      assertEquals(used, chunks.capacityBytes());
    }
    assertTrue(all.size() < 100, all.size() + " chunks");
  }

  private UnsafeBuffer grow(final long position) {
    chunks.extendTo(position);
    return chunks.chunk(position);
  }
}
