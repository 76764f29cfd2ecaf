package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import org.agrona.DirectBuffer;

/**
 * Finds the entries of a message that arrived and holds one group, behind a block. Trusts nothing
 * but the length it is given. Not thread-safe.
 */
final class GroupReader {
  /** Length of the block of each entry. */
  int blockLength;

  /** Where the next entry begins. */
  int position;

  /** Where the message ends. */
  int limit;

  /**
   * Goes to the first entry of a message whose length and header were looked at. Returns how many
   * there are said to be; 0 if they cannot be there.
   *
   * @param minBlockLength of an entry.
   * @param minDataLength what stands behind the block of each entry at least.
   */
  int wrap(
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final int minBlockLength,
      final int minDataLength) {
    final int groupSize =
        offset
            + MessageHeaderWord.ENCODED_LENGTH
            + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, offset));
    position = groupSize + GroupSize.LENGTH;
    limit = offset + length;
    if (position > limit) {
      return 0;
    }
    final int size = GroupSize.get(buffer, groupSize);
    blockLength = GroupSize.blockLength(size);
    final int count = GroupSize.count(size);
    return blockLength < minBlockLength
            || count > (limit - position) / (blockLength + minDataLength)
        ? 0
        : count;
  }

  /** Nobody knows where the next entry begins. */
  void giveUp() {
    position = limit;
  }
}
