package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyFlagsDecoder;
import org.agrona.DirectBuffer;

/** Decodes Reply messages. Trusts nothing but the length it is given. Not thread-safe. */
final class ReplyAdapter {
  private static final ReplyCode[] CODES = codesByValue();

  private ReplyCode code;
  private int block;
  private long lastFields;
  private long originIncarnation;
  private long shardIncarnation;
  private int payloadOffset;
  private int payloadLength;

  /** Returns false if these bytes are no well-formed reply. */
  boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < ReplyLayout.encodedLength(0)) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, offset);
    final int blockLength = MessageHeaderWord.blockLength(header);
    if (!ReplyLayout.matches(header)) {
      return false;
    }
    block = offset + ReplyLayout.BLOCK_OFFSET;
    final int payloadHeader = block + blockLength;
    payloadOffset = payloadHeader + ReplyLayout.PAYLOAD_HEADER_LENGTH;
    if (payloadOffset > offset + length) {
      return false;
    }
    lastFields = buffer.getLong(block + ReplyLayout.LAST_FIELDS, LITTLE_ENDIAN);
    // The generated lookup throws for an unknown code, which a newer version may have added.
    code = CODES[ReplyLayout.code(lastFields)];
    if (code == null) {
      return false;
    }
    originIncarnation = buffer.getLong(block + ReplyLayout.ORIGIN_INCARNATION, LITTLE_ENDIAN);
    shardIncarnation = buffer.getLong(block + ReplyLayout.SHARD_INCARNATION, LITTLE_ENDIAN);
    payloadLength = buffer.getShort(payloadHeader, LITTLE_ENDIAN) & 0xFFFF;
    return payloadOffset + payloadLength <= offset + length;
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

  /** Hands the wrapped reply to its ingress. */
  void dispatch(final DirectBuffer buffer, final ReplySink sink) {
    sink.onReply(
        buffer.getLong(block + ReplyLayout.CORRELATION_ID, LITTLE_ENDIAN),
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
