package io.tally.engine;

import io.tally.engine.codecs.MessageHeaderDecoder;
import io.tally.engine.codecs.ReplyCode;
import io.tally.engine.codecs.ReplyDecoder;
import org.agrona.DirectBuffer;

/** Decodes Reply messages. Trusts nothing but the length it is given. Not thread-safe. */
final class ReplyAdapter {
  private static final ReplyCode[] CODES = codesByValue();

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ReplyDecoder decoder = new ReplyDecoder();
  private ReplyCode code;
  private int payloadOffset;
  private int payloadLength;

  /** Returns false if these bytes are no well-formed reply. */
  boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < ReplyProxy.encodedLength(0)) {
      return false;
    }
    header.wrap(buffer, offset);
    final int blockLength = header.blockLength();
    if (header.schemaId() != ReplyDecoder.SCHEMA_ID
        || header.templateId() != ReplyDecoder.TEMPLATE_ID
        || blockLength < ReplyDecoder.BLOCK_LENGTH) {
      return false;
    }
    final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    payloadOffset = body + blockLength + ReplyDecoder.payloadHeaderLength();
    if (payloadOffset > offset + length) {
      return false;
    }
    decoder.wrap(buffer, body, blockLength, header.version());
    // The generated lookup throws for a code that a newer version may have added.
    code = CODES[decoder.codeRaw()];
    if (code == null) {
      return false;
    }
    payloadLength = decoder.payloadLength();
    return payloadOffset + payloadLength <= offset + length;
  }

  int originLoop() {
    return decoder.originLoop();
  }

  long originIncarnation() {
    return decoder.originIncarnation();
  }

  /** Hands the wrapped reply to its ingress. */
  void dispatch(final DirectBuffer buffer, final ReplySink sink) {
    sink.onReply(
        decoder.correlationId(),
        code,
        decoder.shardIncarnation(),
        decoder.flags().replayed(),
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
