package io.tally.transport.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.MessageType;
import io.tally.engine.internal.PeerMessage;
import io.tally.transport.internal.codecs.FrameHeaderEncoder;
import io.tally.transport.internal.codecs.HelloEncoder;
import io.tally.transport.internal.codecs.MessageHeaderEncoder;
import io.tally.transport.internal.codecs.ShardIncarnationsEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where things stand in a frame: a frame header, then for each message its length in four bytes and
 * its bytes. What stands within a message is told by the schema alone.
 */
final class FrameLayout {
  /** Length of the frame header that this version writes. */
  static final int HEADER_BYTES =
      MessageHeaderEncoder.ENCODED_LENGTH + FrameHeaderEncoder.BLOCK_LENGTH;

  /** Length of the length in front of each message. */
  static final int LENGTH_BYTES = Integer.BYTES;

  /** Bytes of the longest hello, with its length. */
  static final int MAX_HELLO_BYTES =
      LENGTH_BYTES
          + MessageHeaderEncoder.ENCODED_LENGTH
          + HelloEncoder.BLOCK_LENGTH
          + HelloEncoder.ServicesEncoder.sbeHeaderSize()
          + NodeStart.MAX_SERVICES * HelloEncoder.ServicesEncoder.sbeBlockLength()
          + HelloEncoder.nodeIdHeaderLength()
          + ClusterSettings.MAX_NODE_ID_LENGTH;

  /** Bytes of a message that tells of no shard. */
  static final int EMPTY_ANNOUNCEMENT_BYTES =
      MessageHeaderEncoder.ENCODED_LENGTH
          + ShardIncarnationsEncoder.BLOCK_LENGTH
          + ShardIncarnationsEncoder.ShardsEncoder.sbeHeaderSize();

  /** What a frame with one message and a hello holds at most besides the message. */
  static final int OVERHEAD_BYTES = HEADER_BYTES + MAX_HELLO_BYTES + LENGTH_BYTES;

  /** The frame header counts them in a uint16. */
  static final int MAX_MESSAGES = MessageType.MAX_UINT16;

  private FrameLayout() {}

  /** Length of the message whose length stands at a position. */
  static int messageLength(final DirectBuffer frame, final int position) {
    return frame.getInt(position, ByteOrder.LITTLE_ENDIAN);
  }

  static void messageLength(final MutableDirectBuffer frame, final int position, final int length) {
    frame.putInt(position, length, ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the length of the message stands that follows the one whose length is at a position. */
  static int next(final DirectBuffer frame, final int position) {
    return messageOffset(position) + messageLength(frame, position);
  }

  /** Where the message begins whose length stands at a position. */
  static int messageOffset(final int position) {
    return position + LENGTH_BYTES;
  }

  /** How many commands and replies the messages hold whose lengths stand from a position on. */
  static int carried(final DirectBuffer buffer, final int start, final int limit) {
    int count = 0;
    for (int position = start; position < limit; position = next(buffer, position)) {
      count += PeerMessage.count(buffer, messageOffset(position));
    }
    return count;
  }
}
