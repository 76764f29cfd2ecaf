package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The vectors are those of the reference implementation of XXH3 in C. They must never change: if a
 * test fails here, the hash is wrong and not the vector.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class StableHashTest {
  private record Vector(String key, long hash, int of64, int of100) {}

  /** Of the id {}1, which has no tag. */
  private static final long EMPTY_TAG = 0x4702e84f4a604a28L;

  private static final Vector[] VECTORS = {
    new Vector("", 0x2d06800538d394c2L, 2, 38),
    new Vector("a", 0xe6c632b61e964e1fL, 31, 19),
    new Vector("a/b", 0x48f71e9475860604L, 4, 48),
    new Vector("bench", 0x6c7bfaaf200ee433L, 51, 11),
    new Vector("node-0", 0x982acdf804e97d99L, 25, 17),
    new Vector("user-123", 0xfc4b76c4e4777e39L, 57, 1),
    new Vector("my-counter", 0xc0995f01cb3880c8L, 8, 28),
    new Vector("z\u00e4hler", 0x0958936cfaefe588L, 8, 56),
    new Vector("0123456789abcdef", 0x64439946d8fa212dL, 45, 49),
    new Vector("x".repeat(256), 0xd1d05738849baec9L, 9, 97),
  };

  @Test
  void shouldHashAsFrozen() {
    for (final Vector vector : VECTORS) {
      assertEquals(vector.hash, StableHash.hash(vector.key), vector.key);
    }
    assertEquals(2, StableHash.VERSION);
  }

  @Test
  void shouldHashTheGivenBytesOnly() {
    for (final Vector vector : VECTORS) {
      final byte[] key = vector.key.getBytes(StandardCharsets.UTF_8);
      final byte[] framed = ("<<<" + vector.key + ">").getBytes(StandardCharsets.UTF_8);
      assertEquals(vector.hash, StableHash.hash(framed, 3, key.length), vector.key);
    }
  }

  @Test
  void shouldPlaceKeysInShardsAsFrozen() {
    for (final Vector vector : VECTORS) {
      assertEquals(vector.of64, StableHash.shard(vector.hash, 64), vector.key);
      assertEquals(vector.of100, StableHash.shard(vector.hash, 100), vector.key);
      assertEquals(0, StableHash.shard(vector.hash, 1), vector.key);
    }
  }

  /** As Redis Cluster does: between the first opening brace and the first closing one after it. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "{user-123}, user-123",
        "{user-123}:likes, user-123",
        "likes:{user-123}, user-123",
        "x{user-123}y{bench}z, user-123",
        "{user-123}}, user-123",
        "}{user-123}, user-123",
        "{{user-123}}, {user-123",
        "{a/b}c, a/b",
        "{z\u00e4hler}, z\u00e4hler",
        "{ }, ' '",
        "user-123, -",
        "user-{123, -",
        "user-}123, -",
        "user-123}, -",
        "{, -",
        "}, -",
        "}{, -",
        "{}, -",
        "{}user-123, -",
        "{}{user-123}, -",
        "x{}{user-123}, -",
      })
  void shouldPlaceAnIdByItsTag(final String id, final String tag) {
    final byte[] framed = ("{<}" + id + "{>}").getBytes(StandardCharsets.UTF_8);
    final int length = framed.length - 6;
    final long entityHash = StableHash.hash(framed, 3, length);
    final long expected = tag == null ? entityHash : StableHash.hash(tag);
    assertEquals(expected, StableHash.placement(framed, 3, length));
    assertEquals(expected, StableHash.placement(framed, 3, length, entityHash));
  }

  @Test
  void shouldPlaceTagsAsFrozen() {
    for (final Vector vector : VECTORS) {
      final byte[] id = ("{" + vector.key + "}1").getBytes(StandardCharsets.UTF_8);
      final long expected = vector.key.isEmpty() ? EMPTY_TAG : vector.hash;
      assertEquals(expected, StableHash.placement(id, 0, id.length), vector.key);
    }
    assertEquals(0x2d06800538d394c2L, StableHash.placement(new byte[0], 0, 0));
  }

  @Test
  void shouldTreatHashesAsUnsigned() {
    assertEquals(15, StableHash.shard(-1L, 100));
    assertEquals(8, StableHash.shard(Long.MIN_VALUE, 100));
    assertEquals(4095, StableHash.shard(-1L, 4096));
  }
}
