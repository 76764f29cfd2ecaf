package io.tally.engine.internal;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.tally.engine.MessageHeaderWord;
import java.util.Arrays;

/**
 * Hashes idempotency keys and the payloads that they were used for with one shard's secret. Keys
 * are told apart by a 128-bit hash, payloads by a 64-bit one. Both are made of PolymurHash 2.0
 * (Peters, 2023), an almost-universal hash: for anybody who does not know the secret, two different
 * inputs collide with a probability of about their length times 2^-60 for each 64 bits. Not
 * thread-safe.
 *
 * <p>What is hashed of a key begins with the entity and the service. The client's own key follows,
 * and nothing else. The key of an item is followed by zeros up to the bound of a key, by its
 * length, and by the number of the item: which is longer than any key of a client. So no two
 * different keys are the same bytes here, of whatever kinds they are. But two ids may have one
 * entity hash, if somebody has looked for them. A key that was used with one is then refused with
 * the other, since the fingerprint of the payload holds the id.
 */
final class KeyHash {
  /** Entity hash and schema id, which stand before a key when it is hashed. */
  private static final int ENTITY_BYTES = Long.BYTES + Short.BYTES;

  private static final int ITEM_KEY_END = ENTITY_BYTES + CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH;
  private static final int ITEM_BYTES = ITEM_KEY_END + Byte.BYTES + Short.BYTES;

  final long secretA;
  final long secretB;
  private final Hasher64 highHash;
  private final Hasher64 lowHash;
  private final Hasher64 payloadHash;
  private byte[] scratch = new byte[512];

  /** What {@link #hash} has found. */
  long high;

  long low;
  long fingerprint;

  KeyHash(final long secretA, final long secretB) {
    this.secretA = secretA;
    this.secretB = secretB;
    highHash = Hashing.polymurHash2_0(secretA, secretB);
    lowHash = Hashing.polymurHash2_0(secretB, ~secretA);
    payloadHash = Hashing.polymurHash2_0(~secretA, ~secretB);
  }

  void hash(final Command command) {
    int length = ENTITY_BYTES + command.idempotencyKeyLength;
    final byte[] bytes = scratch(Math.max(ITEM_BYTES, command.payloadLength));
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (command.entityHash >>> (i * Byte.SIZE));
    }
    final int schemaId = MessageHeaderWord.schemaId(command.payloadHeader);
    bytes[Long.BYTES] = (byte) schemaId;
    bytes[Long.BYTES + 1] = (byte) (schemaId >>> Byte.SIZE);
    command.buffer.getBytes(
        command.idempotencyKeyOffset, bytes, ENTITY_BYTES, command.idempotencyKeyLength);
    if (command.keyItem != 0) {
      Arrays.fill(bytes, length, ITEM_KEY_END, (byte) 0);
      bytes[ITEM_KEY_END] = (byte) command.idempotencyKeyLength;
      bytes[ITEM_KEY_END + 1] = (byte) command.keyItem;
      bytes[ITEM_KEY_END + 2] = (byte) (command.keyItem >>> Byte.SIZE);
      length = ITEM_BYTES;
    }
    high = highHash.hashBytesToLong(bytes, 0, length);
    low = lowHash.hashBytesToLong(bytes, 0, length);
    command.buffer.getBytes(command.payloadOffset, bytes, 0, command.payloadLength);
    fingerprint = payloadHash.hashBytesToLong(bytes, 0, command.payloadLength);
  }

  private byte[] scratch(final int length) {
    if (scratch.length < length) {
      scratch = new byte[length];
    }
    return scratch;
  }
}
