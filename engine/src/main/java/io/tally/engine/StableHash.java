package io.tally.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The 64-bit hash on which all nodes agree: XXH3 with seed 0. Of an entity's id it is the entity
 * hash, which places the entity in a shard; of a node's id it is the node key, which names the node
 * on the wire. Frozen: another hash would move every entity, so its version is part of the
 * cluster's fingerprint.
 */
public final class StableHash {
  /** Changes whenever anything would get another hash or another shard. */
  public static final int VERSION = 1;

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
   * The shard of an entity.
   *
   * @param entityHash hash of its id.
   * @param shardCount number of shards, positive.
   * @return shard id from 0 to shardCount - 1.
   */
  public static int shard(final long entityHash, final int shardCount) {
    return (int) Long.remainderUnsigned(entityHash, shardCount);
  }
}
