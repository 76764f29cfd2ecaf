package io.tally.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The 64-bit hash on which all nodes agree: XXH3 with seed 0. Of an entity's id it is the entity
 * hash, within which idempotency keys count; of the part of the id that places it, it is the
 * placement hash, from which the shard follows. Of a node's id it is the node key, which names the
 * node on the wire. Frozen: another hash would move every entity, so its version is part of the
 * cluster's fingerprint.
 */
public final class StableHash {
  /** Changes whenever anything would get another hash or another shard. */
  public static final int VERSION = 2;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private StableHash() {}

  /**
   * Hashes an id.
   *
   * @param bytes holds the id.
   * @param offset of the id.
   * @param length of the id in bytes.
   * @return the hash.
   */
  public static long hash(final byte[] bytes, final int offset, final int length) {
    return XXH3.hashBytesToLong(bytes, offset, length);
  }

  /**
   * Hashes the UTF-8 bytes of a string.
   *
   * @param text to hash.
   * @return the hash.
   */
  public static long hash(final String text) {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return hash(bytes, 0, bytes.length);
  }

  /**
   * The placement hash of an entity: the hash of its id's tag, so that all ids with one tag lie in
   * one shard. The tag stands between the first opening brace and the first closing one after it.
   * An id without such braces, or with nothing between them, is placed by the whole of it.
   *
   * @param bytes holds the id.
   * @param offset of the id.
   * @param length of the id in bytes.
   * @param entityHash hash of the whole id, as {@link #hash(byte[], int, int)} gives it.
   * @return the placement hash, which is the entity hash where there is no tag.
   */
  public static long placement(
      final byte[] bytes, final int offset, final int length, final long entityHash) {
    final int end = offset + length;
    int tag = offset;
    while (tag < end && bytes[tag] != '{') {
      tag++;
    }
    tag++;
    int tagEnd = tag;
    while (tagEnd < end && bytes[tagEnd] != '}') {
      tagEnd++;
    }
    return tagEnd < end && tagEnd > tag ? hash(bytes, tag, tagEnd - tag) : entityHash;
  }

  /**
   * The placement hash of an entity whose entity hash is not at hand.
   *
   * @param bytes holds the id.
   * @param offset of the id.
   * @param length of the id in bytes.
   * @return the placement hash.
   */
  public static long placement(final byte[] bytes, final int offset, final int length) {
    return placement(bytes, offset, length, hash(bytes, offset, length));
  }

  /**
   * The shard of an entity.
   *
   * @param placementHash of its id.
   * @param shardCount number of shards, positive.
   * @return shard id from 0 to shardCount - 1.
   */
  public static int shard(final long placementHash, final int shardCount) {
    return (int) Long.remainderUnsigned(placementHash, shardCount);
  }
}
