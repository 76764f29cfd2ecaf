package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;

/**
 * Hashes ids with a secret, for tables whose keys are chosen by clients. Anybody can compute {@link
 * StableHash}, and so find any number of ids that it puts into one place of a table; of this hash
 * nobody outside the process knows anything. It is Multilinear-HM (Lemire and Kaser, "Strongly
 * universal string hashing is fast", The Computer Journal 2014) of the 32-bit words of an id and of
 * its length. That is strongly universal: for two different ids, whatever they are, each pair of
 * hashes is as likely as any other. So the ids in a table pass as few others on their way, on
 * average over the secrets, as ids that nobody has chosen.
 *
 * <p>The secret is another one after each start. So no reply may depend on the hash, nor what a
 * snapshot shows. Two ids may have one hash; only their bytes tell entities apart. Immutable.
 */
public final class IdHash {
  /** Bound of an id in bytes. */
  public static final int MAX_LENGTH = EntityMessage.MAX_ID_LENGTH;

  /** Two for each 8 bytes, but for the first and the last ones. */
  private static final int MIDDLE_SECRETS = 2 * (MAX_LENGTH / Long.BYTES - 2);

  /** Odd: 2^32 divided by the golden ratio. */
  private static final int MULTIPLIER = 0x9E37_79B9;

  private final long start;
  private final long ofLength;
  private final long ofFirstLow;
  private final long ofFirstHigh;
  private final long ofLastLow;
  private final long ofLastHigh;
  private final long[] ofMiddle = new long[MIDDLE_SECRETS];

  /**
   * Takes a secret.
   *
   * @param random gives unpredictable numbers, of which all 64 bits are used.
   */
  public IdHash(final LongSupplier random) {
    start = random.getAsLong();
    ofLength = random.getAsLong();
    ofFirstLow = random.getAsLong();
    ofFirstHigh = random.getAsLong();
    ofLastLow = random.getAsLong();
    ofLastHigh = random.getAsLong();
    for (int i = 0; i < MIDDLE_SECRETS; i++) {
      ofMiddle[i] = random.getAsLong();
    }
  }

  /**
   * Hashes an id.
   *
   * @param buffer holds the id.
   * @param offset of the id.
   * @param length of the id in bytes, 1 to {@link #MAX_LENGTH}.
   * @return the hash. Where not all bits are used, those from above are to be.
   */
  public int hash(final DirectBuffer buffer, final int offset, final int length) {
    final int last = length - Long.BYTES;
    if (last < 0) {
      return mix(begin(length, shortWord(buffer, offset, length)));
    }
    final long lastWord = buffer.getLong(offset + last, LITTLE_ENDIAN);
    final long sum =
        begin(length, buffer.getLong(offset, LITTLE_ENDIAN))
            + product(lastWord, ofLastLow, ofLastHigh);
    return mix(last <= Long.BYTES ? sum : sum + middle(buffer, offset, last));
  }

  /**
   * Hashes an id of which the public hash is at hand, in less time. Ids that have one public hash
   * have one of these, too: a table has to see to it that they are not many in one place.
   *
   * @param stableHash as {@link StableHash} gives it.
   * @return the hash. Where not all bits are used, those from above are to be.
   */
  public int hash(final long stableHash) {
    return (int) (start + product(stableHash, ofFirstLow, ofFirstHigh) >>> Integer.SIZE);
  }

  private long begin(final int length, final long firstWord) {
    return start + ofLength * length + product(firstWord, ofFirstLow, ofFirstHigh);
  }

  private static long product(final long word, final long secretLow, final long secretHigh) {
    return (secretLow + (word & 0xFFFF_FFFFL)) * (secretHigh + (word >>> Integer.SIZE));
  }

  /** Apart, since a loop would make every search too much code to be compiled into its callers. */
  private long middle(final DirectBuffer buffer, final int offset, final int last) {
    long sum = 0;
    int secret = 0;
    for (int i = Long.BYTES; i < last; i += Long.BYTES) {
      final long word = buffer.getLong(offset + i, LITTLE_ENDIAN);
      sum += product(word, ofMiddle[secret], ofMiddle[secret + 1]);
      secret += 2;
    }
    return sum;
  }

  private static long shortWord(final DirectBuffer buffer, final int offset, final int length) {
    long word = 0;
    for (int i = 0; i < length; i++) {
      word = word << Byte.SIZE | buffer.getByte(offset + i) & 0xFF;
    }
    return word;
  }

  /**
   * The theorem holds for the upper half of the sum, and so for any reversible function of it. This
   * one keeps ids that differ by equal steps from lying at equal steps themselves: they would be
   * spread better than others with most secrets, and much worse with some.
   */
  private static int mix(final long sum) {
    final int upper = (int) (sum >>> Integer.SIZE);
    return (upper ^ upper >>> Short.SIZE) * MULTIPLIER;
  }
}
