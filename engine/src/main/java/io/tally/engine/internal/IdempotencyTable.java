package io.tally.engine.internal;

import io.tally.engine.Budget;
import io.tally.engine.Places;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.LongReplies;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * What a shard remembers of writes with an idempotency key: which key was used for which payload,
 * and the reply. A key counts within one entity of one service; that of an item is another one than
 * the same key without an item. Every key is kept for the window, counted from its first use, and
 * is never dropped earlier; since the window is the same for all, the rows form a queue. A reply
 * that is too long for its row lies beside it until the key is dropped; room for it is taken before
 * the command runs. Not thread-safe.
 */
final class IdempotencyTable implements Budget {
  /** The key is new and now reserved: run the command and {@link #conclude} it. */
  static final int RESERVED = 0;

  /** The key was used for this payload before: {@link #code}, {@link #copyReply} have its reply. */
  static final int REPLAY = 1;

  /** The key was used for another payload. */
  static final int MISMATCH = 2;

  /** The key is unknown and there is no room for it. */
  static final int LIMITED = 3;

  /** Rows are taken from the limit of the process in chunks of this size. */
  static final int CHUNK_ROWS = KeyRows.CHUNK_ROWS;

  /** The index gives memory back when less than one in so many of its places is taken. */
  private static final int SPARSE_INDEX = 8;

  private static final int EXPIRE_LIMIT = 64;
  private static final long NONE = KeyRows.NONE;
  private static final int INDEX_BYTES_PER_KEY = 75;

  private final Long2LongHashMap newestByHash = new Long2LongHashMap(NONE);
  private final KeyRows rows;
  private final IdempotencyLimit processLimit;
  private final long windowNs;
  private final int maxKeys;
  private final ReplyRoom longRoom;
  private final Runnable dropExpired = this::dropExpired;
  private final KeySnapshot snapshot;
  private KeyHash hash;

  /** The snapshot that is under way, or null. */
  private KeySnapshot showing;

  private long current = NONE;
  private long latestNs;

  /** Taken for the longest reply of the command whose key was just reserved. */
  private long reservedBytes;

  IdempotencyTable(
      final long windowNs,
      final int maxKeys,
      final int shortReplyLength,
      final IdempotencyLimit processLimit,
      final long secretA,
      final long secretB) {
    this.windowNs = windowNs;
    this.maxKeys = maxKeys;
    this.processLimit = processLimit;
    longRoom = processLimit.longReplies();
    rows = new KeyRows(shortReplyLength, processLimit);
    hash = new KeyHash(secretA, secretB);
    snapshot = new KeySnapshot(this);
  }

  /** Heap bytes of a remembered key: its row, and its place in an index that has just doubled. */
  static long bytesPerKey(final int shortReplyLength) {
    return KeyRows.rowLength(shortReplyLength) + INDEX_BYTES_PER_KEY;
  }

  /** Looks a command's key up, and reserves it if it is new. */
  int begin(final long timeNs, final Command command, final Places places) {
    expire(timeNs, EXPIRE_LIMIT);
    hash.hash(command);
    current = find(timeNs);
    if (current == NONE) {
      final int maxReplyLength = command.maxReplyLength;
      final long longBytes = rows.fits(maxReplyLength) ? 0 : LongReplies.chargeOf(maxReplyLength);
      return reserve(timeNs, longBytes, places) ? RESERVED : LIMITED;
    }
    return rows.fingerprint(current) == hash.fingerprint ? REPLAY : MISMATCH;
  }

  /** Records the reply of the command whose key was just reserved. */
  void conclude(
      final ReplyCode code,
      final int serviceCode,
      final DirectBuffer reply,
      final int offset,
      final int length) {
    if (!rows.fits(length)) {
      takeReserved(length);
    }
    rows.reply(current, code.value(), serviceCode, reply, offset, length);
    settle();
  }

  private void takeReserved(final int length) {
    final long bytes = LongReplies.chargeOf(length);
    if (bytes > reservedBytes) {
      throw new IllegalStateException("no room was reserved for a reply of " + length + " bytes");
    }
    reservedBytes -= bytes;
  }

  private void settle() {
    if (reservedBytes != 0) {
      longRoom.release(reservedBytes);
      reservedBytes = 0;
    }
  }

  /** Forgets the key that was just reserved: the next command that has it runs anew. */
  void giveBack() {
    final long low = rows.low(current);
    final long next = rows.next(current);
    if (next == NONE) {
      newestByHash.remove(low);
    } else {
      newestByHash.put(low, next);
    }
    rows.removeLast();
    settle();
  }

  /** Code of the reply to be replayed. */
  ReplyCode code() {
    return ReplyCode.get(rows.code(current));
  }

  /** Why the service refused, in the reply to be replayed; 0 if it did not. */
  int serviceCode() {
    return rows.serviceCode(current);
  }

  /** Bytes of the reply to be replayed. */
  int replyLength() {
    return rows.replyLength(current);
  }

  /** Copies the reply to be replayed, and returns its length. */
  int copyReply(final MutableDirectBuffer target, final int targetOffset) {
    rows.copyReply(current, target, targetOffset);
    return rows.replyLength(current);
  }

  /** Keys remembered now; any thread. */
  long size() {
    return rows.size();
  }

  private long find(final long timeNs) {
    final long oldest = rows.oldest();
    long row = newestByHash.get(hash.low);
    while (row >= oldest && rows.high(row) != hash.high) {
      row = rows.next(row);
    }
    return row >= oldest && !isExpired(timeNs, row) ? row : NONE;
  }

  private boolean reserve(final long timeNs, final long longBytes, final Places places) {
    // What has expired goes first: a refusal must not depend on how far sweeps have come.
    while (rows.size() >= maxKeys) {
      if (expire(timeNs, EXPIRE_LIMIT) == 0) {
        return false;
      }
    }
    latestNs = timeNs;
    reservedBytes = longBytes;
    if (!places.tryTake(this)) {
      reservedBytes = 0;
      return false;
    }
    current = add(hash.high, hash.low, hash.fingerprint, timeNs);
    return true;
  }

  private long add(final long high, final long low, final long fingerprint, final long timeNs) {
    final long row = rows.add(high, low, fingerprint, timeNs, newestByHash.get(low));
    newestByHash.put(low, row);
    return row;
  }

  /** As {@link #expire}, and lets go of a chunk that holds no key. */
  int sweep(final long timeNs, final int maxCount) {
    final int count = expire(timeNs, maxCount);
    shrink();
    return count;
  }

  /** Drops up to maxCount keys whose window has passed, and returns how many it dropped. */
  int expire(final long timeNs, final int maxCount) {
    final long first = rows.oldest();
    final long limit = Math.min(rows.end(), first + maxCount);
    long row = first;
    while (row < limit && isExpired(timeNs, row)) {
      row++;
    }
    if (row != first) {
      drop(first, row);
      shrink();
    }
    return (int) (row - first);
  }

  private void drop(final long first, final long end) {
    if (showing != null) {
      showing.showUpTo(end);
    }
    for (long row = first; row < end; row++) {
      final long low = rows.low(row);
      if (newestByHash.get(low) == row) {
        newestByHash.remove(low);
      }
    }
    rows.removeUpTo(end);
  }

  private void dropExpired() {
    expire(latestNs, Integer.MAX_VALUE);
  }

  private void shrink() {
    rows.shrink();
    if (newestByHash.capacity() > CHUNK_ROWS
        && newestByHash.size() < newestByHash.capacity() / SPARSE_INDEX) {
      newestByHash.compact();
    }
  }

  private boolean isExpired(final long timeNs, final long row) {
    return timeNs - rows.timeNs(row) >= windowNs;
  }

  @Override
  public boolean tryTake() {
    if (reservedBytes != 0 && !longRoom.tryTake(reservedBytes, dropExpired)) {
      return false;
    }
    while (rows.needsChunk() && !processLimit.tryAcquire(CHUNK_ROWS)) {
      if (expire(latestNs, CHUNK_ROWS) == 0) {
        longRoom.release(reservedBytes);
        processLimit.onRefused();
        return false;
      }
    }
    rows.addChunkIfNeeded();
    return true;
  }

  @Override
  public void take() {
    longRoom.take(reservedBytes);
    takeRow();
  }

  private void takeRow() {
    if (rows.needsChunk()) {
      processLimit.acquire(CHUNK_ROWS);
    }
    rows.addChunkIfNeeded();
  }

  /** Forgets all keys and gives back what they took: their shard's life here has ended. */
  void close() {
    drop(rows.oldest(), rows.end());
    shrink();
  }

  // What a snapshot needs.

  KeySnapshot snapshot() {
    return snapshot;
  }

  void showing(final KeySnapshot underWay) {
    showing = underWay;
  }

  KeyRows rows() {
    return rows;
  }

  KeyHash hash() {
    return hash;
  }

  /** Makes an empty table hash keys as another one did, and number their rows as that did. */
  void restore(final long secretA, final long secretB, final long firstRow) {
    if (rows.size() > 0 || firstRow < 0) {
      throw new IllegalArgumentException("keys cannot be restored from row " + firstRow);
    }
    hash = new KeyHash(secretA, secretB);
    rows.startAt(firstRow);
  }

  /** Has the window of every key end later, by a time that does not count for it. */
  void postpone(final long ns) {
    rows.postpone(ns);
  }

  /** Adds a key with its reply. Takes room even if there is none. */
  void restoreRow(
      final long high,
      final long low,
      final long fingerprint,
      final long timeNs,
      final ReplyCode code,
      final int serviceCode,
      final DirectBuffer reply,
      final int offset,
      final int length) {
    takeRow();
    if (!rows.fits(length)) {
      longRoom.take(LongReplies.chargeOf(length));
    }
    final long row = add(high, low, fingerprint, timeNs);
    rows.reply(row, code.value(), serviceCode, reply, offset, length);
  }
}
