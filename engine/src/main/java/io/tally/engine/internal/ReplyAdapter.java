package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyFlagsDecoder;
import org.agrona.DirectBuffer;

/** Decodes replies. Trusts nothing but the length it is given. Not thread-safe. */
final class ReplyAdapter {
  private static final ReplyCode[] CODES = codesByValue();

  private ReplyCode code;
  private long correlationId;
  private long lastFields;
  private long originIncarnation;
  private long shardIncarnation;
  private int payloadOffset;
  private int payloadLength;

  /** Returns false if these bytes are no well-formed Reply message. */
  boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < ReplyLayout.encodedLength(0)) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int block = offset + ReplyLayout.BLOCK_OFFSET;
    final int payloadHeader = block + MessageHeaderWord.blockLength(header);
    return ReplyLayout.matches(header)
        && payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH <= offset + length
        && wrap(
            buffer,
            block + ReplyLayout.CORRELATION_ID,
            block + ReplyLayout.LAST_FIELDS,
            buffer.getLong(block + ReplyLayout.ORIGIN_INCARNATION, LITTLE_ENDIAN),
            buffer.getLong(block + ReplyLayout.SHARD_INCARNATION, LITTLE_ENDIAN),
            payloadHeader,
            offset + length);
  }

  /**
   * Reads a reply from where its parts stand, which end within the limit but for the payload.
   * Returns false if it is not well-formed, or has a code that is not known here; only where it
   * ends may then be asked for.
   */
  boolean wrap(
      final DirectBuffer buffer,
      final int correlationIdOffset,
      final int lastFieldsOffset,
      final long toIncarnation,
      final long ofShardIncarnation,
      final int payloadHeader,
      final int limit) {
    payloadOffset = payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH;
    payloadLength = buffer.getShort(payloadHeader, LITTLE_ENDIAN) & 0xFFFF;
    lastFields = buffer.getLong(lastFieldsOffset, LITTLE_ENDIAN);
    // The generated lookup throws for an unknown code, which a newer version may have added.
    code = CODES[ReplyLayout.code(lastFields)];
    if (code == null) {
      return false;
    }
    correlationId = buffer.getLong(correlationIdOffset, LITTLE_ENDIAN);
    originIncarnation = toIncarnation;
    shardIncarnation = ofShardIncarnation;
    return limit() <= limit;
  }

  /** Where its bytes end. */
  int limit() {
    return payloadOffset + payloadLength;
  }

  int originLoop() {
    return ReplyLayout.originLoop(lastFields);
  }

  long originIncarnation() {
    return originIncarnation;
  }

  int shardId() {
    return ReplyLayout.shardId(lastFields);
  }

  /** Bytes of the Reply message that this reply makes. */
  int encodedLength() {
    return ReplyLayout.encodedLength(payloadLength);
  }

  /** Writes the wrapped reply, as it goes into the queue of its ingress. */
  void copy(final DirectBuffer buffer, final MessageClaim claim) {
    ReplyProxy.put(
        claim,
        correlationId,
        originIncarnation,
        shardIncarnation,
        ReplyLayout.withLength(lastFields, payloadLength),
        buffer,
        payloadOffset,
        payloadLength);
  }

  /** Hands the wrapped reply to its ingress. */
  void dispatch(final DirectBuffer buffer, final ReplySink sink) {
    sink.onReply(
        correlationId,
        code,
        ReplyLayout.serviceCode(lastFields),
        shardIncarnation,
        ReplyFlagsDecoder.replayed(ReplyLayout.flags(lastFields)),
        buffer,
        payloadOffset,
        payloadLength);
  }

  private static ReplyCode[] codesByValue() {
    final ReplyCode[] codes = new ReplyCode[256];
    for (final ReplyCode value : ReplyCode.values()) {
      if (value != ReplyCode.NULL_VAL) {
        codes[value.value()] = value;
      }
    }
    return codes;
  }
}
