package io.tally.testkit;

import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Goes through the messages of a frame that is known to be sound. */
final class FrameWalk {
  static final int HEADER_BYTES = MessageHeaderDecoder.ENCODED_LENGTH;

  /** Sees the messages of a frame. */
  interface Visitor {
    /** Sees one, of which the block begins here; returns whether it means anything. */
    boolean onMessage(int templateId, int block);
  }

  private FrameWalk() {}

  /** Returns whether a message meant anything to the visitor. */
  static boolean over(final DirectBuffer frame, final Visitor visitor) {
    final MessageHeaderDecoder header = new MessageHeaderDecoder();
    int position = HEADER_BYTES + header.wrap(frame, 0).blockLength();
    boolean any = false;
    while (position < frame.capacity()) {
      final int offset = position + Integer.BYTES;
      any |= visitor.onMessage(header.wrap(frame, offset).templateId(), offset + HEADER_BYTES);
      position = offset + frame.getInt(position, ByteOrder.LITTLE_ENDIAN);
    }
    return any;
  }

  /** Sees the deadline of each command, once for those that have it in common. */
  static void overDeadlines(final byte[] frame, final LongConsumer visitor) {
    final DirectBuffer buffer = new UnsafeBuffer(frame);
    over(
        buffer,
        (templateId, block) -> {
          if (templateId == CommandDecoder.TEMPLATE_ID) {
            final int offset = block + CommandDecoder.deadlineNsEncodingOffset();
            visitor.accept(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN));
          } else if (templateId == CommandsDecoder.TEMPLATE_ID) {
            final int offset = block + CommandsDecoder.deadlineNsEncodingOffset();
            visitor.accept(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN));
          }
          return false;
        });
  }
}
