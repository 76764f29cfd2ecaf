package io.tally.counter;

import io.tally.counter.codecs.IncrementOptionsDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;

/** Amount and bounds of an increment with options, and what it makes of a value. */
final class BoundedIncrement {
  private final IncrementOptionsDecoder options = new IncrementOptionsDecoder();
  private long amount;
  private long min;
  private long max;
  private boolean saturates;
  private boolean isBounded;
  private long sum;

  /** Returns false if no command may ask for that. */
  boolean wrap(final WriteCommand command) {
    options.wrap(command.buffer, command.block + IncrementWithDecoder.optionsEncodingOffset());
    final boolean hasMin = options.hasMin();
    final boolean hasMax = options.hasMax();
    saturates = options.saturate();
    isBounded = hasMin || hasMax || saturates;
    min = hasMin ? command.number(IncrementWithDecoder.minEncodingOffset()) : Long.MIN_VALUE;
    max = hasMax ? command.number(IncrementWithDecoder.maxEncodingOffset()) : Long.MAX_VALUE;
    amount = command.number(IncrementWithDecoder.amountEncodingOffset());
    return min <= max;
  }

  /** Returns false if a bound, or that of 64 bits, keeps it from being applied to a value. */
  boolean add(final long value) {
    sum = value + amount;
    if (Bounds.allow(value, amount, min, max)) {
      return true;
    }
    sum = saturates ? Bounds.saturated(value, amount, min, max) : value;
    return saturates && !Bounds.overflows(value, sum - value, sum);
  }

  /** The value after {@link #add} was true. */
  long sum() {
    return sum;
  }

  /** Whether bounds or saturation were asked for, so that to hit one is no error. */
  boolean isBounded() {
    return isBounded;
  }
}
