package io.tally.lane.internal;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The replies of one shard that are too long for a slot of their lane. Each is kept until its
 * lane's floor passes it, or until the time after which no copy of its command is awaited, so that
 * a lane which falls silent gives its replies back, too. All of a process together take no more
 * than its {@link Room}: what the longest reply may need is taken before a command runs. Not
 * thread-safe.
 */
public final class LongReplies {
  /** Bytes that all shards of a process may keep together. Thread-safe. */
  public interface Room {
    /**
     * Takes bytes.
     *
     * @param bytes to take, positive.
     * @return false if there are not as many; then none were taken.
     */
    boolean tryTake(long bytes);

    /**
     * Takes bytes even if there are not as many: what was kept once is kept again after a restore.
     *
     * @param bytes to take, positive.
     */
    void take(long bytes);

    /**
     * Gives back what was taken.
     *
     * @param bytes to give back, 0 or more.
     */
    void release(long bytes);
  }

  /** What a long reply takes beside its own bytes. */
  public static final int OVERHEAD_BYTES = 128;

  /** A reply, and its place in the order of time. */
  static final class Entry {
    final UnsafeBuffer bytes;
    private final OwnerLane lane;
    private final long sequence;
    final long untilNs;
    private Entry previous;
    private Entry next;

    Entry(final UnsafeBuffer bytes, final OwnerLane lane, final long sequence, final long untilNs) {
      this.bytes = bytes;
      this.lane = lane;
      this.sequence = sequence;
      this.untilNs = untilNs;
    }
  }

  private final Room room;
  private final Entry end = new Entry(null, null, 0, 0);
  private long reservedBytes;

  /**
   * Creates an empty set.
   *
   * @param room of the process.
   */
  public LongReplies(final Room room) {
    this.room = room;
    end.previous = end;
    end.next = end;
  }

  /**
   * What a reply counts in its room.
   *
   * @param length of the reply in bytes.
   * @return bytes.
   */
  public static long chargeOf(final int length) {
    return (long) length + OVERHEAD_BYTES;
  }

  /**
   * Takes the room for the reply of the command that is about to run. To be followed by {@link
   * #settle()} when its reply is recorded.
   *
   * @param maxLength of the reply in bytes.
   * @return false if there is no room: the command must not run.
   */
  public boolean tryReserve(final int maxLength) {
    if (!room.tryTake(chargeOf(maxLength))) {
      return false;
    }
    reservedBytes = chargeOf(maxLength);
    return true;
  }

  /**
   * Takes the room for a reply that is restored, whether there is room or not. It is to be added
   * next.
   *
   * @param length of the reply in bytes.
   */
  void reserve(final int length) {
    room.take(chargeOf(length));
    reservedBytes = chargeOf(length);
  }

  /** Gives back what was reserved and is not needed. */
  public void settle() {
    room.release(reservedBytes);
    reservedBytes = 0;
  }

  /**
   * Drops replies that nobody can await any more. Their lanes know from then on only that the
   * sequences ran.
   *
   * @param nowNs time.
   * @param maxCount most replies to drop.
   * @return how many were dropped.
   */
  public int expire(final long nowNs, final int maxCount) {
    int count = 0;
    for (Entry first = end.next;
        first != end && count < maxCount && first.untilNs - nowNs <= 0;
        first = end.next) {
      first.lane.drop(first.sequence);
      count++;
    }
    return count;
  }

  /**
   * Whether no long reply is kept.
   *
   * @return true if there is nothing to expire.
   */
  public boolean isEmpty() {
    return end.next == end;
  }

  Entry add(
      final OwnerLane lane,
      final long sequence,
      final DirectBuffer source,
      final int offset,
      final int length,
      final long untilNs) {
    if (chargeOf(length) > reservedBytes) {
      throw new IllegalStateException("no room was reserved for a reply of " + length + " bytes");
    }
    final UnsafeBuffer bytes = new UnsafeBuffer(new byte[length]);
    bytes.putBytes(0, source, offset, length);
    reservedBytes -= chargeOf(length);
    final Entry entry = new Entry(bytes, lane, sequence, untilNs);
    insert(entry);
    return entry;
  }

  /** Keeps the order of time, which is that of adding, but for replies that are restored. */
  private void insert(final Entry entry) {
    Entry before = end.previous;
    while (before != end && before.untilNs - entry.untilNs > 0) {
      before = before.previous;
    }
    entry.previous = before;
    entry.next = before.next;
    before.next.previous = entry;
    before.next = entry;
  }

  void remove(final Entry entry) {
    entry.previous.next = entry.next;
    entry.next.previous = entry.previous;
    room.release(chargeOf(entry.bytes.capacity()));
  }
}
