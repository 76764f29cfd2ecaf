package io.tally.counter;

import io.tally.counter.codecs.DeleteEncoder;
import io.tally.counter.codecs.IncrementWithEncoder;
import io.tally.counter.codecs.LimitEncoder;
import io.tally.counter.codecs.SetValueEncoder;
import io.tally.engine.MessageHeaderWord;

/**
 * What a write beyond the plain increment does to a counter. Each reads the parts of a {@link
 * CounterRequest} that are named here, and the condition, which any of them may have.
 */
public enum CounterOperation {
  /**
   * Adds the amount within the bounds, and does with the deadline as asked. The reply is the value
   * after that and, if bounds or saturation were asked for, what was added.
   */
  INCREMENT(IncrementWithEncoder.BLOCK_LENGTH, IncrementWithEncoder.TEMPLATE_ID),

  /**
   * Gives the counter the value, and does with the deadline as asked. Where the request says
   * nothing of it, call {@link CounterRequest#clearTtl()} for what a plain set does. The reply is
   * the new value and, as detail, the previous one if there was a counter.
   */
  SET(SetValueEncoder.BLOCK_LENGTH, SetValueEncoder.TEMPLATE_ID),

  /** Removes the counter. The reply is its last value, 0 if there was none. */
  DELETE(DeleteEncoder.BLOCK_LENGTH, DeleteEncoder.TEMPLATE_ID),

  /**
   * Takes the cost out of the quota. The reply is what is used, what remains, and how long it takes
   * until the quota is whole again; if the cost is more than remains, how long until it may be
   * taken, where that ever comes.
   */
  LIMIT(LimitEncoder.BLOCK_LENGTH, LimitEncoder.TEMPLATE_ID);

  /** Header of the message. */
  final long header;

  CounterOperation(final int blockLength, final int templateId) {
    header =
        MessageHeaderWord.of(
            blockLength, templateId, IncrementWithEncoder.SCHEMA_ID, CounterMessages.VERSION);
  }
}
