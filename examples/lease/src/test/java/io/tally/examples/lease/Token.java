package io.tally.examples.lease;

import java.util.Comparator;

/** A fencing token: of two for a lease, the later one is greater. */
record Token(long incarnation, long number) implements Comparable<Token> {
  private static final Comparator<Token> ORDER =
      Comparator.comparingLong(Token::incarnation).thenComparingLong(Token::number);

  @Override
  public int compareTo(final Token other) {
    return ORDER.compare(this, other);
  }
}
