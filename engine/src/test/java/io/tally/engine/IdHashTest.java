package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class IdHashTest {
  private static final int SECRETS = 1 << 16;
  private static final int BYTE = 0xFF;
  private static final int PLACES = 1 << 12;

  /** So many of these secrets give two ids one byte, with a deviation of 16. */
  private static final int EXPECTED = SECRETS / (BYTE + 1);

  private static final int SIX_DEVIATIONS = 6 * 16;

  @Test
  void shouldTellApartIdsThatHaveOnePublicHash() {
    final List<byte[]> ids = CraftedIds.ofOneHash(4_096);
    final IdHash hash = secret(1);
    assertEquals(
        1, ids.stream().mapToLong(id -> StableHash.hash(id, 0, id.length)).distinct().count());
    assertEquals(ids.size(), ids.stream().mapToInt(id -> hash(hash, id)).distinct().count());
  }

  @ParameterizedTest
  @CsvSource({
    "a, b",
    "a, aa",
    "a, ab",
    "abcd, abdc",
    "abcdefg, bbcdefg",
    "abcdefg, abcdefgh",
    "abcdefgh, abcdefgi",
    "abcdefgh, efghabcd",
    "aaaaaaaa, aaaaaaaaa",
    "abcdefghi, bbcdefghi",
    "0123456789abcdef, 89abcdef01234567",
    "0123456789abcdef, 0123456789abcdeg",
    "0123456789abcdefg, 0123456789abcdeg",
    "0123456789abcdefxxxxxxxx, 0123456789abcdeexxxxxxxx",
    "0123456789abcdefghijklmnopqrstuv, 01234567ghijklmn89abcdefopqrstuv",
  })
  void shouldPutTwoIdsTogetherAsSeldomAsAnyOthers(final String one, final String other) {
    int low = 0;
    int high = 0;
    for (int secret = 0; secret < SECRETS; secret++) {
      final IdHash hash = secret(secret);
      final int differing = hash(hash, bytes(one)) ^ hash(hash, bytes(other));
      low += (differing & BYTE) == 0 ? 1 : 0;
      high += differing >>> Integer.SIZE - Byte.SIZE == 0 ? 1 : 0;
    }
    assertEquals(EXPECTED, low, SIX_DEVIATIONS);
    assertEquals(EXPECTED, high, SIX_DEVIATIONS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 255, 256})
  void shouldDependOnEachBit(final int length) {
    final IdHash hash = secret(length);
    final byte[] id = new byte[length];
    new SplittableRandom(-length).nextBytes(id);
    final int before = hash(hash, id);
    for (int bit = 0; bit < Byte.SIZE * length; bit++) {
      id[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertNotEquals(before, hash(hash, id), "bit " + bit);
      id[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    assertEquals(before, hash(hash, id));
  }

  @Test
  void shouldReadNothingBesideTheId() {
    final IdHash hash = secret(1);
    final byte[] id = bytes("0123456789abcdefghi");
    for (int length = 1; length <= id.length; length++) {
      final UnsafeBuffer buffer = new UnsafeBuffer(new byte[IdHash.MAX_LENGTH]);
      buffer.setMemory(0, buffer.capacity(), (byte) length);
      buffer.putBytes(3, id, 0, length);
      assertEquals(
          hash.hash(new UnsafeBuffer(id, 0, length), 0, length), hash.hash(buffer, 3, length));
    }
  }

  /** With every secret, and not only on average: a sum of products does not. */
  @Test
  void shouldSpreadIdsThatDifferByEqualSteps() {
    final List<IntFunction<byte[]>> sets =
        List.of(
            i -> bytes(String.format("counter-%08d", i)),
            i -> bytes(String.format("user:%05d:likes:x", 7 * i)),
            i -> ByteBuffer.allocate(Long.BYTES).putLong(i).array(),
            i -> ByteBuffer.allocate(3 * Long.BYTES).putLong(Long.BYTES, (long) i << 20).array());
    for (final IntFunction<byte[]> set : sets) {
      final List<UnsafeBuffer> ids =
          IntStream.range(0, PLACES).mapToObj(i -> new UnsafeBuffer(set.apply(i))).toList();
      for (int secret = 0; secret < 300; secret++) {
        final double before = idsBeforeOne(secret(secret), ids);
        assertEquals(0.5, before, 0.15, "secret " + secret);
      }
    }
  }

  /** On average, in as many places as there are ids, which the lowest of 24 bits choose. */
  private static double idsBeforeOne(final IdHash hash, final List<UnsafeBuffer> ids) {
    final int[] counts = new int[PLACES];
    int before = 0;
    for (final UnsafeBuffer id : ids) {
      before += counts[hash.hash(id, 0, id.capacity()) >>> Byte.SIZE & PLACES - 1]++;
    }
    return (double) before / ids.size();
  }

  private static IdHash secret(final long seed) {
    return new IdHash(new SplittableRandom(seed)::nextLong);
  }

  private static int hash(final IdHash hash, final byte[] id) {
    return hash.hash(new UnsafeBuffer(id), 0, id.length);
  }

  private static byte[] bytes(final String id) {
    return id.getBytes(StandardCharsets.US_ASCII);
  }
}
