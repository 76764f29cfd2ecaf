package io.tally.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Ids that a client has chosen so that {@link StableHash}, which anybody can compute, is alike. */
public final class CraftedIds {
  /**
   * XXH3 multiplies two halves of 16 bytes, each of which it has combined with a constant. This is
   * the constant of the first half, so the product is 0, whatever the second half is.
   */
  private static final byte[] ZERO_FACTOR = HexFormat.of().parseHex("b8fe6c3923a44bbe");

  private CraftedIds() {}

  /**
   * Ids that have one hash, all 64 bits of it.
   *
   * @param count how many.
   * @return the ids, all different.
   */
  public static List<byte[]> ofOneHash(final int count) {
    final List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(ByteBuffer.allocate(32).put(ZERO_FACTOR).putLong(i).array());
    }
    return ids;
  }

  /**
   * Ids whose hashes have the same low bits in their upper halves, found by trying.
   *
   * @param count how many, a power of two: as many as there are values of those bits.
   * @return the ids, all different.
   */
  public static List<byte[]> ofOneBucket(final int count) {
    final List<byte[]> ids = new ArrayList<>();
    for (int i = 0; ids.size() < count; i++) {
      final byte[] id = ("{client}:" + i).getBytes(StandardCharsets.US_ASCII);
      if ((StableHash.hash(id, 0, id.length) >>> Integer.SIZE & count - 1) == 0) {
        ids.add(id);
      }
    }
    return ids;
  }
}
