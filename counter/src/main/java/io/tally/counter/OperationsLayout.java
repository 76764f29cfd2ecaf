package io.tally.counter;

import io.tally.counter.codecs.GroupSizeEncodingDecoder;
import io.tally.counter.codecs.OperationsDecoder;
import io.tally.counter.codecs.OperationsEncoder;
import io.tally.counter.codecs.OperationsReplyDecoder;
import io.tally.counter.codecs.OperationsReplyEncoder;
import io.tally.engine.MessageHeaderWord;

/**
 * Where the parts of Operations and its reply stand, counted from their headers. The number of
 * operations is known only when they are written, which the generated encoder does not allow.
 */
final class OperationsLayout {
  /** Most operations of a command. */
  static final int MAX_OPERATIONS = 64;

  /** Longest command. */
  static final int MAX_LENGTH = 16 * 1_024;

  static final long HEADER =
      MessageHeaderWord.of(
          OperationsEncoder.BLOCK_LENGTH,
          OperationsEncoder.TEMPLATE_ID,
          OperationsEncoder.SCHEMA_ID,
          CounterMessages.VERSION);

  static final int BLOCK = MessageHeaderWord.ENCODED_LENGTH;
  static final int MODE = BLOCK + OperationsDecoder.modeEncodingOffset();
  static final int GROUP = BLOCK + OperationsDecoder.BLOCK_LENGTH;
  static final int COUNT = GROUP + GroupSizeEncodingDecoder.numInGroupEncodingOffset();

  /** Each operation is a message with its header, behind two bytes that tell its length. */
  static final int OPERATIONS = GROUP + OperationsDecoder.MessagesDecoder.sbeHeaderSize();

  static final long REPLY_HEADER =
      MessageHeaderWord.of(
          OperationsReplyEncoder.BLOCK_LENGTH,
          OperationsReplyEncoder.TEMPLATE_ID,
          OperationsReplyEncoder.SCHEMA_ID,
          CounterMessages.VERSION);

  static final int STATUS = BLOCK + OperationsReplyDecoder.statusEncodingOffset();
  static final int REFUSED = BLOCK + OperationsReplyDecoder.refusedOperationEncodingOffset();
  static final int RESULTS_GROUP = BLOCK + OperationsReplyDecoder.BLOCK_LENGTH;
  static final int RESULTS_COUNT =
      RESULTS_GROUP + GroupSizeEncodingDecoder.numInGroupEncodingOffset();
  static final int RESULTS = RESULTS_GROUP + OperationsReplyDecoder.ResultsDecoder.sbeHeaderSize();

  /** Counted from the start of a result. */
  static final int VALUE = OperationsReplyDecoder.ResultsDecoder.valueEncodingOffset();

  static final int APPLIED = OperationsReplyDecoder.ResultsDecoder.appliedEncodingOffset();
  static final int TTL_MS = OperationsReplyDecoder.ResultsDecoder.ttlMsEncodingOffset();
  static final int HAS_APPLIED = OperationsReplyDecoder.ResultsDecoder.hasAppliedEncodingOffset();
  static final int RESULT = OperationsReplyDecoder.ResultsDecoder.sbeBlockLength();
  static final int MAX_REPLY_LENGTH = RESULTS + MAX_OPERATIONS * RESULT;

  /** No operation was refused. */
  static final int NONE = 0xFFFF;

  private OperationsLayout() {}
}
