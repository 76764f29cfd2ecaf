package io.tally.bench;

import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A number of 16-byte ids with their hashes, visited one after the other in an order that no cache
 * foresees, each once in a round. Not thread-safe.
 */
public final class KeyWalk {
  /** Length of every id in bytes. */
  public static final int ID_BYTES = 16;

  private static final double GOLDEN_RATIO = 0.6180339887498949;

  private final byte[] ids;
  private final UnsafeBuffer buffer;
  private final long[] hashes;
  private final int count;
  private final int stride;
  private int index;

  /**
   * Makes the ids.
   *
   * @param count of them, positive.
   */
  public KeyWalk(final int count) {
    this.count = count;
    ids = new byte[Math.multiplyExact(count, ID_BYTES)];
    buffer = new UnsafeBuffer(ids);
    hashes = new long[count];
    for (int i = 0; i < count; i++) {
      final byte[] id = String.format("counter-%08d", i).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(id, 0, ids, i * ID_BYTES, ID_BYTES);
      hashes[i] = StableHash.hash(id, 0, ID_BYTES);
    }
    stride = coprimeStride(count);
  }

  /** Goes to the next id. */
  public void next() {
    final int next = index + stride;
    index = next < count ? next : next - count;
  }

  /**
   * Holds all ids.
   *
   * @return the array.
   */
  public byte[] ids() {
    return ids;
  }

  /**
   * Holds all ids.
   *
   * @return the buffer over {@link #ids()}.
   */
  public UnsafeBuffer buffer() {
    return buffer;
  }

  /**
   * Where the current id stands.
   *
   * @return offset in {@link #ids()} and {@link #buffer()}.
   */
  public int offset() {
    return index * ID_BYTES;
  }

  /**
   * Hash of the current id.
   *
   * @return the hash.
   */
  public long hash() {
    return hashes[index];
  }

  private static int coprimeStride(final int count) {
    int stride = Math.max(1, (int) (count * GOLDEN_RATIO));
    while (greatestCommonDivisor(stride, count) != 1) {
      stride++;
    }
    return stride % count;
  }

  private static int greatestCommonDivisor(final int a, final int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
