package io.tally.transport.internal;

import io.tally.engine.internal.PeerMessage;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.transport.internal.codecs.FrameHeaderDecoder;
import io.tally.transport.internal.codecs.HelloDecoder;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import io.tally.transport.internal.codecs.ShardIncarnationsDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Checks the structure of a frame that arrived and walks over it. A frame is refused as a whole,
 * before any of its messages is used: if its end is wrong, its beginning is not to be trusted.
 */
final class InboundFrame {
  private static final int MESSAGE_HEADER_BYTES = MessageHeaderDecoder.ENCODED_LENGTH;

  /** The version that frames began with; what older processes say is refused. */
  private static final int OLDEST_VERSION = 1;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final FrameHeaderDecoder frameHeader = new FrameHeaderDecoder();
  private int firstPosition;
  private int helloCount;
  private int announcementCount;
  private int messageCount;

  /**
   * Returns why the frame is to be refused, or null. After a refusal nothing else of it may be
   * asked for; only after {@link FrameRefusal#VERSION} it is known who sent it.
   */
  FrameRefusal wrap(final byte[] frame) {
    if (frame.length < MESSAGE_HEADER_BYTES) {
      return FrameRefusal.TRUNCATED;
    }
    buffer.wrap(frame);
    header.wrap(buffer, 0);
    if (!isOurs(header.schemaId())) {
      return FrameRefusal.FOREIGN_SCHEMA;
    }
    if (header.templateId() != FrameHeaderDecoder.TEMPLATE_ID) {
      return FrameRefusal.UNKNOWN_TEMPLATE;
    }
    final int blockLength = header.blockLength();
    firstPosition = MESSAGE_HEADER_BYTES + blockLength;
    if (blockLength < FrameHeaderDecoder.BLOCK_LENGTH || firstPosition > frame.length) {
      return FrameRefusal.TRUNCATED;
    }
    frameHeader.wrap(buffer, MESSAGE_HEADER_BYTES, blockLength, header.version());
    // Version 0 had the same frame header, in the engine's schema.
    final boolean isOld =
        header.schemaId() != FrameHeaderDecoder.SCHEMA_ID || header.version() < OLDEST_VERSION;
    return isOld ? FrameRefusal.VERSION : checkMessages(frame.length);
  }

  private static boolean isOurs(final int schemaId) {
    return schemaId == FrameHeaderDecoder.SCHEMA_ID || schemaId == CommandDecoder.SCHEMA_ID;
  }

  private FrameRefusal checkMessages(final int frameLength) {
    helloCount = 0;
    announcementCount = 0;
    messageCount = 0;
    int position = firstPosition;
    while (position < frameLength) {
      if (frameLength - position < FrameLayout.LENGTH_BYTES) {
        return FrameRefusal.TRUNCATED;
      }
      final int length = FrameLayout.messageLength(buffer, position);
      final int offset = FrameLayout.messageOffset(position);
      if (length < MESSAGE_HEADER_BYTES || length > frameLength - offset) {
        return FrameRefusal.TRUNCATED;
      }
      header.wrap(buffer, offset);
      final boolean isEngines = header.schemaId() == CommandDecoder.SCHEMA_ID;
      if (!isEngines && header.schemaId() != FrameHeaderDecoder.SCHEMA_ID) {
        return FrameRefusal.FOREIGN_SCHEMA;
      }
      final int templateId = header.templateId();
      if (!isEngines && templateId == HelloDecoder.TEMPLATE_ID) {
        helloCount++;
      } else if (!isEngines && templateId == ShardIncarnationsDecoder.TEMPLATE_ID) {
        announcementCount++;
      } else if (isEngines && PeerMessage.isKnown(templateId)) {
        messageCount++;
      } else {
        return FrameRefusal.UNKNOWN_TEMPLATE;
      }
      position = offset + length;
    }
    return helloCount + announcementCount + messageCount == frameHeader.messageCount()
        ? null
        : FrameRefusal.MESSAGE_COUNT;
  }

  UnsafeBuffer buffer() {
    return buffer;
  }

  long sourceKey() {
    return frameHeader.sourceKey();
  }

  long sourceIncarnation() {
    return frameHeader.sourceIncarnation();
  }

  long frameNumber() {
    return frameHeader.frameNumber();
  }

  long ackedFrame() {
    return frameHeader.ackedFrame();
  }

  long clockNs() {
    return frameHeader.clockNs();
  }

  /** Where the first message's length stands. */
  int firstPosition() {
    return firstPosition;
  }

  int helloCount() {
    return helloCount;
  }

  /** Number of messages that tell of shards. */
  int announcementCount() {
    return announcementCount;
  }

  /** Number of messages that hold commands or replies. */
  int messageCount() {
    return messageCount;
  }
}
