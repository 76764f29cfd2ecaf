package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.OperationsMode;
import io.tally.engine.MessageHeaderWord;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Operations that are to be applied all or not at all, on counters that lie in one shard. To be
 * filled, given to {@link CounterShardProxy#apply}, which copies it, and cleared for the next. Not
 * thread-safe.
 */
public final class CounterOperations {
  /** Most operations. */
  public static final int MAX_OPERATIONS = OperationsLayout.MAX_OPERATIONS;

  /** Most bytes of all of them together. */
  public static final int MAX_BYTES = OperationsLayout.MAX_LENGTH;

  private final UnsafeBuffer buffer =
      new UnsafeBuffer(
          new byte
              [OperationsLayout.MAX_LENGTH + Short.BYTES + CounterMessages.MAX_INCREMENT_LENGTH]);
  private final CounterMessages messages = new CounterMessages();
  private int count;
  private int length;

  /** Creates an empty list. */
  public CounterOperations() {
    clear();
  }

  /**
   * Forgets all operations.
   *
   * @return this.
   */
  public CounterOperations clear() {
    MessageHeaderWord.put(buffer, 0, OperationsLayout.HEADER);
    buffer.putByte(OperationsLayout.MODE, (byte) OperationsMode.ALL_OR_NONE.value());
    buffer.putShort(OperationsLayout.GROUP, (short) 0, LITTLE_ENDIAN);
    count = 0;
    length = OperationsLayout.OPERATIONS;
    return this;
  }

  /**
   * Adds an increment.
   *
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link CounterProxy#MAX_ID_LENGTH}.
   * @param amount to add.
   * @return false if the operations are too many or too long now; then they cannot be applied.
   */
  public boolean increment(
      final byte[] id, final int idOffset, final int idLength, final long amount) {
    return !isFull()
        && end(messages.increment(buffer, length + Short.BYTES, id, idOffset, idLength, amount));
  }

  /**
   * Adds an increment with options.
   *
   * @param id holds the counter's id.
   * @param idOffset of the id.
   * @param idLength of the id in bytes, 1 to {@link CounterProxy#MAX_ID_LENGTH}.
   * @param request holds amount, bounds and what becomes of the deadline; a condition is refused.
   * @return false if the operations are too many or too long now; then they cannot be applied.
   */
  public boolean incrementWith(
      final byte[] id, final int idOffset, final int idLength, final CounterRequest request) {
    return !isFull()
        && end(
            messages.write(
                CounterOperation.INCREMENT,
                buffer,
                length + Short.BYTES,
                id,
                idOffset,
                idLength,
                request));
  }

  private boolean isFull() {
    return count == MAX_OPERATIONS || length > OperationsLayout.MAX_LENGTH;
  }

  private boolean end(final int messageLength) {
    buffer.putShort(length, (short) messageLength, LITTLE_ENDIAN);
    length += Short.BYTES + messageLength;
    buffer.putShort(OperationsLayout.COUNT, (short) ++count, LITTLE_ENDIAN);
    return length <= OperationsLayout.MAX_LENGTH;
  }

  UnsafeBuffer buffer() {
    return buffer;
  }

  int length() {
    return length;
  }
}
