package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.internal.codecs.GroupSizeDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** In front of the entries of a group: the length of their blocks, and how many there are. */
final class GroupSize {
  static final int LENGTH = GroupSizeDecoder.ENCODED_LENGTH;
  private static final int COUNT_SHIFT = GroupSizeDecoder.numInGroupEncodingOffset() * Byte.SIZE;

  private GroupSize() {}

  static void put(
      final MutableDirectBuffer buffer, final int offset, final int blockLength, final int count) {
    buffer.putInt(offset, blockLength | count << COUNT_SHIFT, LITTLE_ENDIAN);
  }

  static int get(final DirectBuffer buffer, final int offset) {
    return buffer.getInt(offset, LITTLE_ENDIAN);
  }

  static int blockLength(final int groupSize) {
    return groupSize & 0xFFFF;
  }

  static int count(final int groupSize) {
    return groupSize >>> COUNT_SHIFT;
  }
}
