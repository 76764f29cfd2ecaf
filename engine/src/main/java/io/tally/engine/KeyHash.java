package io.tally.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The 64-bit hash that places keys in shards and names nodes on the wire: XXH3 with seed 0. Frozen:
 * another hash would move every key, so its version is part of the cluster's fingerprint.
 */
public final class KeyHash {
  /** Changes whenever any key would get another hash or another shard. */
  public static final int VERSION = 1;

  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private KeyHash() {}

  /**
   * Hashes a key.
   *
   * @param bytes holds the key.
   * @param offset of the key.
   * @param length of the key in bytes.
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
   * The shard of a key.
   *
   * @param keyHash hash of the key.
   * @param shardCount number of shards, positive.
   * @return shard id from 0 to shardCount - 1.
   */
  public static int shard(final long keyHash, final int shardCount) {
    return (int) Long.remainderUnsigned(keyHash, shardCount);
  }
}
