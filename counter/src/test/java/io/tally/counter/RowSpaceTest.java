package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RowSpaceTest {
  private final UnsafeBuffer id = new UnsafeBuffer(new byte[256]);
  private final DirectChunks chunks = new DirectChunks();
  private final CounterRows rows = new CounterRows(chunks, new DeadlineCells());
  private final RowSpace space = new RowSpace(chunks, RowDescriptor.MAX_CHUNKS);

  private int take(final int idLength, final boolean wide) {
    final int row = space.take(RowDescriptor.rowLength(idLength, wide));
    rows.write(row, RowDescriptor.tag(0, idLength), wide, id, 0, idLength);
    return row;
  }

  private List<Integer> walk() {
    final List<Integer> found = new ArrayList<>();
    for (int row = space.firstRow(); row != space.endRow(); row = space.rowAfter(row)) {
      found.add(row);
    }
    return found;
  }

  @Test
  void shouldNameTheFirstAndTheLastRowByPositiveNumbers() {
    assertEquals(1, take(8, false));
    assertEquals(
        Integer.MAX_VALUE,
        RowDescriptor.row(RowDescriptor.MAX_CHUNKS - 1, RowDescriptor.MAX_CHUNK_BYTES - 8));
  }

  @Test
  void shouldKnowHowLongEachBlockIs() {
    for (int idLength = 1; idLength <= 256; idLength++) {
      for (final boolean wide : new boolean[] {false, true}) {
        final int expected = 24 + (idLength + 7) / 8 * 8 + (wide ? 8 : 0);
        final int row = take(idLength, wide);
        assertEquals(expected, rows.length(row));
        space.free(row, expected);
        assertEquals(expected, rows.length(row));
        assertEquals(row, take(idLength, wide));
      }
    }
  }

  @Test
  void shouldWalkAllBlocksAndBeginInAnyStretch() {
    final Random random = new Random(7);
    final List<Integer> taken = new ArrayList<>();
    while (chunks.count() < 30) {
      taken.add(take(1 + random.nextInt(random.nextInt(10) == 0 ? 256 : 30), random.nextBoolean()));
    }
    for (int i = 0; i < taken.size(); i += 3) {
      if (rows.chunk(taken.get(i)).getInt(RowDescriptor.offset(taken.get(i)) + 8) >= 0) {
        final int length = rows.length(taken.get(i));
        space.free(taken.get(i), length);
      }
    }
    assertEquals(taken, walk());
    final List<Integer> found = new ArrayList<>();
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      for (int stretch = 0; stretch < chunks.get(chunk).capacity() / 2048; stretch++) {
        int offset = space.firstOffset(chunk, stretch);
        while (offset < space.endOffset(chunk, stretch)) {
          assertEquals(stretch, offset / 2048);
          found.add(RowDescriptor.row(chunk, offset));
          offset += RowDescriptor.blockLength(chunks.get(chunk), offset);
        }
      }
    }
    assertEquals(taken, found);
  }

  @Test
  void shouldWalkChunksThatAreExactlyFull() {
    // Rows of 32 bytes fill each chunk to its end, but for the first, whose first 8 bytes nobody
    // takes; and the chunks of a large table are of the greatest length.
    int count = 0;
    for (int full = 0; full < 3; ) {
      take(8, false);
      count++;
      if (space.roomOffset() == RowDescriptor.MAX_CHUNK_BYTES) {
        full++;
        assertEquals(count, walk().size());
      }
    }
  }

  @Test
  void shouldFillChunksToTheLastByteAndNoFurther() {
    // Rows of 256 bytes: 64 are a chunk, but 63 the first.
    for (int i = 0; i < 200; i++) {
      final int chunk = (i + 1) / 64;
      final int offset = chunk == 0 ? 8 + 256 * i : (i + 1) % 64 * 256;
      assertEquals(RowDescriptor.row(chunk, offset), take(232, false));
    }
  }

  @Test
  void shouldUseTheRowThatWasFreedLastAndOnlyForItsLength() {
    final int a = take(8, false);
    final int b = take(1, false);
    final int longer = take(9, false);
    space.free(a, 32);
    space.free(longer, 40);
    space.free(b, 32);
    assertEquals(b, take(3, false));
    assertEquals(longer, take(8, true));
    assertEquals(a, take(7, false));
    final long before = chunks.capacityBytes();
    final int fresh = take(8, false);
    assertEquals(before, chunks.capacityBytes());
    assertNotEquals(a, fresh);
    assertTrue(fresh > longer);
  }

  @Test
  void shouldSayWhichChunkABlockNeeds() {
    assertEquals(RowSpace.FIRST_CHUNK_BYTES, space.wantedBytes(32));
    final RowSpace small = new RowSpace(chunks, 1);
    for (int i = 0; i < 511; i++) {
      assertEquals(i == 0 ? 16_384 : 0, small.wantedBytes(32));
      final int row = small.take(32);
      rows.write(row, RowDescriptor.tag(0, 8), false, id, 0, 8);
    }
    assertEquals(RowSpace.FULL, small.wantedBytes(32));
    assertEquals(0, small.wantedBytes(24));
    small.free(small.firstRow(), 32);
    assertEquals(0, small.wantedBytes(32));
    assertEquals(RowSpace.FULL, small.wantedBytes(40));
  }

  @Test
  void shouldRefuseToRestoreWhatIsNoPlace() {
    space.restoreRoom(2, 64);
    assertThrows(IllegalArgumentException.class, () -> space.restoreRoom(2, 64));
    for (final int row : new int[] {0, -1, RowDescriptor.row(1, 64), RowDescriptor.row(2, 0)}) {
      assertThrows(IllegalArgumentException.class, () -> space.restore(row, 32));
    }
    final int last = RowDescriptor.row(0, 16_384 - 32);
    space.restore(last, 32);
    assertThrows(IllegalArgumentException.class, () -> space.restore(last, 40));
    for (final int length : new int[] {0, 8, 15, 33, 296, -8}) {
      assertThrows(
          IllegalArgumentException.class, () -> space.restoreFree(space.firstRow(), length, 0));
      assertThrows(IllegalArgumentException.class, () -> space.restoreFirstFree(length, 1));
    }
  }
}
