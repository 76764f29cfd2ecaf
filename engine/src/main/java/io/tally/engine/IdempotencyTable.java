package io.tally.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.tally.engine.codecs.ReplyCode;
import io.tally.lane.LongReplies;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a shard remembers of writes with an idempotency key: which key was used for which payload,
 * and the reply. A key counts within one entity of one service. Every key is kept for the window,
 * counted from its first use, and is never dropped earlier; since the window is the same for all,
 * the rows form a queue. A reply that is too long for its row lies beside it until the key is
 * dropped; room for it is taken before the command runs. Not thread-safe.
 *
 * <p>Keys are compared by a 128-bit hash, payloads by a 64-bit one. Both are made of PolymurHash
 * 2.0 (Peters, 2023), an almost-universal hash: for anybody who does not know the secret, two
 * different inputs collide with a probability of about their length times 2^-60 for each 64 bits.
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

  private static final int CHUNK_SHIFT = 6;

  /** Rows are taken from the limit of the process in chunks of this size. */
  static final int CHUNK_ROWS = 1 << CHUNK_SHIFT;

  private static final int MIN_CHUNKS = 4;

  /** Entity hash and schema id, which stand before a key when it is hashed. */
  private static final int ENTITY_BYTES = Long.BYTES + Short.BYTES;

  /** The index gives memory back when less than one in so many of its places is taken. */
  private static final int SPARSE_INDEX = 8;

  private static final int EXPIRE_LIMIT = 64;
  private static final long NONE = -1;
  private static final int HIGH_OFFSET = 0;
  private static final int LOW_OFFSET = 8;
  private static final int FINGERPRINT_OFFSET = 16;
  private static final int TIME_OFFSET = 24;
  private static final int NEXT_OFFSET = 32;
  private static final int CODE_OFFSET = 40;
  private static final int SERVICE_CODE_OFFSET = 42;
  private static final int LENGTH_OFFSET = 44;
  private static final int REPLY_OFFSET = 48;
  private static final int INDEX_BYTES_PER_KEY = 75;

  private final Hasher64 highHash;
  private final Hasher64 lowHash;
  private final Hasher64 payloadHash;
  private final Long2LongHashMap newestByHash = new Long2LongHashMap(NONE);
  private final IdempotencyLimit processLimit;
  private final long windowNs;
  private final int maxKeys;
  private final int rowLength;
  private final ReplyRoom longRoom;
  private final Runnable dropExpired = this::dropExpired;
  private UnsafeBuffer[] chunks = new UnsafeBuffer[MIN_CHUNKS];

  /** By chunk, and in it by row; null for a chunk whose rows hold all of their replies. */
  private byte[][][] longReplies = new byte[MIN_CHUNKS][][];

  private byte[] scratch = new byte[512];
  private volatile long oldest;
  private volatile long end;

  /** Up to here there are rows. */
  private long endOfChunks;

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
    rowLength = rowLength(shortReplyLength);
    highHash = Hashing.polymurHash2_0(secretA, secretB);
    lowHash = Hashing.polymurHash2_0(secretB, ~secretA);
    payloadHash = Hashing.polymurHash2_0(~secretA, ~secretB);
  }

  /** Heap bytes of a remembered key: its row, and its place in an index that has just doubled. */
  static long bytesPerKey(final int shortReplyLength) {
    return rowLength(shortReplyLength) + INDEX_BYTES_PER_KEY;
  }

  private static int rowLength(final int shortReplyLength) {
    return REPLY_OFFSET + (shortReplyLength + 7 & ~7);
  }

  /** Looks a command's key up, and reserves it if it is new. */
  int begin(final long timeNs, final Command command, final Places places) {
    expire(timeNs, EXPIRE_LIMIT);
    final int length = ENTITY_BYTES + command.idempotencyKeyLength;
    final byte[] bytes = scratch(Math.max(length, command.payloadLength));
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (command.entityHash >>> (i * Byte.SIZE));
    }
    final int schemaId = MessageHeaderWord.schemaId(command.payloadHeader);
    bytes[Long.BYTES] = (byte) schemaId;
    bytes[Long.BYTES + 1] = (byte) (schemaId >>> Byte.SIZE);
    command.buffer.getBytes(
        command.idempotencyKeyOffset, bytes, ENTITY_BYTES, command.idempotencyKeyLength);
    final long high = highHash.hashBytesToLong(bytes, 0, length);
    final long low = lowHash.hashBytesToLong(bytes, 0, length);
    command.buffer.getBytes(command.payloadOffset, bytes, 0, command.payloadLength);
    final long fingerprint = payloadHash.hashBytesToLong(bytes, 0, command.payloadLength);

    current = find(timeNs, high, low);
    if (current == NONE) {
      final int maxReplyLength = command.maxReplyLength;
      final long longBytes = fits(maxReplyLength) ? 0 : LongReplies.chargeOf(maxReplyLength);
      return reserve(timeNs, high, low, fingerprint, longBytes, places) ? RESERVED : LIMITED;
    }
    return chunk(current).getLong(offset(current) + FINGERPRINT_OFFSET) == fingerprint
        ? REPLAY
        : MISMATCH;
  }

  /** Records the reply of the command whose key was just reserved. */
  void conclude(
      final ReplyCode code,
      final int serviceCode,
      final DirectBuffer reply,
      final int offset,
      final int length) {
    final UnsafeBuffer chunk = chunk(current);
    final int row = offset(current);
    chunk.putShort(row + CODE_OFFSET, code.value());
    chunk.putShort(row + SERVICE_CODE_OFFSET, (short) serviceCode);
    chunk.putInt(row + LENGTH_OFFSET, length);
    if (fits(length)) {
      chunk.putBytes(row + REPLY_OFFSET, reply, offset, length);
    } else {
      keepLong(reply, offset, length);
    }
    settle();
  }

  private void settle() {
    if (reservedBytes != 0) {
      longRoom.release(reservedBytes);
      reservedBytes = 0;
    }
  }

  private boolean fits(final int length) {
    return length <= rowLength - REPLY_OFFSET;
  }

  private void keepLong(final DirectBuffer reply, final int offset, final int length) {
    final long bytes = LongReplies.chargeOf(length);
    if (bytes > reservedBytes) {
      throw new IllegalStateException("no room was reserved for a reply of " + length + " bytes");
    }
    reservedBytes -= bytes;
    final int chunk = chunkIndex(current);
    if (longReplies[chunk] == null) {
      longReplies[chunk] = new byte[CHUNK_ROWS][];
    }
    final byte[] kept = new byte[length];
    reply.getBytes(offset, kept);
    longReplies[chunk][indexInChunk(current)] = kept;
  }

  private void dropLong(final long row) {
    final byte[][] ofChunk = longReplies[chunkIndex(row)];
    final int index = indexInChunk(row);
    if (ofChunk[index] != null) {
      longRoom.release(LongReplies.chargeOf(ofChunk[index].length));
      ofChunk[index] = null;
    }
  }

  /** Forgets the key that was just reserved: the next command that has it runs anew. */
  void giveBack() {
    final long low = chunk(current).getLong(offset(current) + LOW_OFFSET);
    final long next = chunk(current).getLong(offset(current) + NEXT_OFFSET);
    if (next == NONE) {
      newestByHash.remove(low);
    } else {
      newestByHash.put(low, next);
    }
    end = current;
    settle();
  }

  /** Code of the reply to be replayed. */
  ReplyCode code() {
    return ReplyCode.get(chunk(current).getShort(offset(current) + CODE_OFFSET));
  }

  /** Why the service refused, in the reply to be replayed; 0 if it did not. */
  int serviceCode() {
    return chunk(current).getShort(offset(current) + SERVICE_CODE_OFFSET);
  }

  /** Copies the reply to be replayed, and returns its length. */
  int copyReply(final MutableDirectBuffer target, final int targetOffset) {
    final UnsafeBuffer chunk = chunk(current);
    final int row = offset(current);
    final int length = chunk.getInt(row + LENGTH_OFFSET);
    if (fits(length)) {
      target.putBytes(targetOffset, chunk, row + REPLY_OFFSET, length);
    } else {
      target.putBytes(targetOffset, longReplies[chunkIndex(current)][indexInChunk(current)]);
    }
    return length;
  }

  /** Keys remembered now; any thread. */
  long size() {
    return Math.max(0, end - oldest);
  }

  private long find(final long timeNs, final long high, final long low) {
    long row = newestByHash.get(low);
    while (row >= oldest && chunk(row).getLong(offset(row) + HIGH_OFFSET) != high) {
      row = chunk(row).getLong(offset(row) + NEXT_OFFSET);
    }
    return row >= oldest && !isExpired(timeNs, row) ? row : NONE;
  }

  private boolean reserve(
      final long timeNs,
      final long high,
      final long low,
      final long fingerprint,
      final long longBytes,
      final Places places) {
    // What has expired goes first: a refusal must not depend on how far sweeps have come.
    while (end - oldest >= maxKeys) {
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
    final long row = end;
    final UnsafeBuffer chunk = chunk(row);
    final int offset = offset(row);
    chunk.putLong(offset + HIGH_OFFSET, high);
    chunk.putLong(offset + LOW_OFFSET, low);
    chunk.putLong(offset + FINGERPRINT_OFFSET, fingerprint);
    chunk.putLong(offset + TIME_OFFSET, timeNs);
    chunk.putLong(offset + NEXT_OFFSET, newestByHash.get(low));
    // Stays if the command is never concluded: it may have run, and must not run again.
    chunk.putShort(offset + CODE_OFFSET, ReplyCode.INTERNAL.value());
    chunk.putShort(offset + SERVICE_CODE_OFFSET, (short) 0);
    chunk.putInt(offset + LENGTH_OFFSET, 0);
    newestByHash.put(low, row);
    current = row;
    end = row + 1;
    return true;
  }

  /** As {@link #expire}, and lets go of a chunk that holds no key. */
  int sweep(final long timeNs, final int maxCount) {
    final int count = expire(timeNs, maxCount);
    shrink();
    return count;
  }

  /** Drops up to maxCount keys whose window has passed, and returns how many it dropped. */
  int expire(final long timeNs, final int maxCount) {
    final long first = oldest;
    long row = first;
    final long limit = Math.min(end, row + maxCount);
    while (row < limit && isExpired(timeNs, row)) {
      final long low = chunk(row).getLong(offset(row) + LOW_OFFSET);
      if (newestByHash.get(low) == row) {
        newestByHash.remove(low);
      }
      if (longReplies[chunkIndex(row)] != null) {
        dropLong(row);
      }
      row++;
      if ((row & CHUNK_ROWS - 1) == 0) {
        releaseChunk(row - 1);
      }
    }
    oldest = row;
    if (row != first) {
      shrink();
    }
    return (int) (row - first);
  }

  private void dropExpired() {
    expire(latestNs, Integer.MAX_VALUE);
  }

  private void releaseChunk(final long row) {
    chunks[chunkIndex(row)] = null;
    longReplies[chunkIndex(row)] = null;
    processLimit.release(CHUNK_ROWS);
  }

  /** Gives back what a burst of keys took once they are gone: other shards may need it. */
  private void shrink() {
    final long row = end;
    if (oldest == row) {
      if (row != endOfChunks) {
        releaseChunk(endOfChunks - 1);
        oldest = endOfChunks;
        end = endOfChunks;
      }
      if (chunks.length != MIN_CHUNKS) {
        chunks = new UnsafeBuffer[MIN_CHUNKS];
        longReplies = new byte[MIN_CHUNKS][][];
      }
    }
    if (newestByHash.capacity() > CHUNK_ROWS
        && newestByHash.size() < newestByHash.capacity() / SPARSE_INDEX) {
      newestByHash.compact();
    }
  }

  private boolean isExpired(final long timeNs, final long row) {
    return timeNs - chunk(row).getLong(offset(row) + TIME_OFFSET) >= windowNs;
  }

  @Override
  public boolean tryTake() {
    if (reservedBytes != 0 && !longRoom.tryTake(reservedBytes, dropExpired)) {
      return false;
    }
    while (end == endOfChunks && !processLimit.tryAcquire(CHUNK_ROWS)) {
      if (expire(latestNs, CHUNK_ROWS) == 0) {
        longRoom.release(reservedBytes);
        processLimit.onRefused();
        return false;
      }
    }
    addChunk();
    return true;
  }

  @Override
  public void take() {
    longRoom.take(reservedBytes);
    if (end == endOfChunks) {
      processLimit.acquire(CHUNK_ROWS);
    }
    addChunk();
  }

  private void addChunk() {
    if (end == endOfChunks) {
      if (chunks[chunkIndex(end)] != null) {
        growChunks(end);
      }
      chunks[chunkIndex(end)] = new UnsafeBuffer(new byte[CHUNK_ROWS * rowLength]);
      endOfChunks = end + CHUNK_ROWS;
    }
  }

  private void growChunks(final long row) {
    final UnsafeBuffer[] old = chunks;
    final byte[][][] oldLong = longReplies;
    chunks = new UnsafeBuffer[2 * old.length];
    longReplies = new byte[2 * old.length][][];
    for (long first = row - ((long) old.length << CHUNK_SHIFT); first < row; first += CHUNK_ROWS) {
      final int oldIndex = (int) (first >>> CHUNK_SHIFT) & old.length - 1;
      chunks[chunkIndex(first)] = old[oldIndex];
      longReplies[chunkIndex(first)] = oldLong[oldIndex];
    }
  }

  private UnsafeBuffer chunk(final long row) {
    return chunks[chunkIndex(row)];
  }

  private int chunkIndex(final long row) {
    return (int) (row >>> CHUNK_SHIFT) & chunks.length - 1;
  }

  private static int indexInChunk(final long row) {
    return (int) (row & CHUNK_ROWS - 1);
  }

  private int offset(final long row) {
    return indexInChunk(row) * rowLength;
  }

  private byte[] scratch(final int length) {
    if (scratch.length < length) {
      scratch = new byte[length];
    }
    return scratch;
  }
}
