package io.tally.transport;

import io.tally.engine.ClusterSettings;
import io.tally.engine.codecs.CommandDecoder;
import io.tally.engine.codecs.FrameHeaderEncoder;
import io.tally.engine.codecs.HelloEncoder;
import io.tally.engine.codecs.MessageHeaderDecoder;
import io.tally.engine.codecs.MessageHeaderEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Builds one frame after the other in the same memory. A finished frame is a fresh array of the
 * exact size, because a carrier keeps it until it is written. Owned by the sender.
 */
final class OutboundFrame {
  static final int HEADER_BYTES =
      MessageHeaderEncoder.ENCODED_LENGTH + FrameHeaderEncoder.BLOCK_LENGTH;
  static final int LENGTH_BYTES = Integer.BYTES;
  static final int MAX_HELLO_BYTES =
      LENGTH_BYTES
          + MessageHeaderEncoder.ENCODED_LENGTH
          + HelloEncoder.BLOCK_LENGTH
          + HelloEncoder.nodeIdHeaderLength()
          + ClusterSettings.MAX_NODE_ID_LENGTH;

  /** What a frame with one message holds at most besides the message. */
  static final int OVERHEAD_BYTES = HEADER_BYTES + MAX_HELLO_BYTES + LENGTH_BYTES;

  private static final int MAX_MESSAGES = 65_534;

  private final LocalNode local;
  private final UnsafeBuffer buffer;
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final FrameHeaderEncoder frameEncoder = new FrameHeaderEncoder();
  private final HelloEncoder helloEncoder = new HelloEncoder();
  private int limit;
  private int helloCount;
  private int commandCount;
  private int replyCount;

  OutboundFrame(final LocalNode local, final int maxFrameBytes) {
    this.local = local;
    buffer = new UnsafeBuffer(new byte[maxFrameBytes]);
    begin();
  }

  void begin() {
    limit = HEADER_BYTES;
    helloCount = 0;
    commandCount = 0;
    replyCount = 0;
  }

  int lengthBytes() {
    return limit;
  }

  boolean isEmpty() {
    return limit == HEADER_BYTES;
  }

  int helloCount() {
    return helloCount;
  }

  int commandCount() {
    return commandCount;
  }

  int replyCount() {
    return replyCount;
  }

  boolean hasRoom(final int messageLength, final int maxFrameBytes) {
    return limit + LENGTH_BYTES + messageLength <= maxFrameBytes
        && helloCount + commandCount + replyCount < MAX_MESSAGES;
  }

  void append(final DirectBuffer source, final int offset, final int length) {
    if (headerDecoder.wrap(source, offset).templateId() == CommandDecoder.TEMPLATE_ID) {
      commandCount++;
    } else {
      replyCount++;
    }
    buffer.putInt(limit, length, ByteOrder.LITTLE_ENDIAN);
    buffer.putBytes(limit + LENGTH_BYTES, source, offset, length);
    limit += LENGTH_BYTES + length;
  }

  void appendHello(
      final long knownIncarnation,
      final long knownWallClockMs,
      final boolean isAnswer,
      final boolean isResolved) {
    final int start = limit + LENGTH_BYTES;
    helloEncoder
        .wrapAndApplyHeader(buffer, start, headerEncoder)
        .nodeKey(local.key)
        .incarnation(local.incarnation)
        .fingerprint(local.fingerprint)
        .knownIncarnation(knownIncarnation)
        .knownWallClockMs(knownWallClockMs)
        .wallClockMs(local.latestWallClockMs())
        .requestTimeoutNs(local.requestTimeoutNs)
        .loopCount(local.loopCount)
        .state(local.state())
        .answer((short) (isAnswer ? 1 : 0))
        .resolved((short) (isResolved ? 1 : 0))
        .putNodeId(local.idBytes, 0, local.idBytes.length);
    final int length = helloEncoder.limit() - start;
    buffer.putInt(limit, length, ByteOrder.LITTLE_ENDIAN);
    limit = start + length;
    helloCount++;
  }

  /** The clock is read here, as late as this node can: the earlier it was, the less it is worth. */
  byte[] finish(final long frameNumber, final long ackedFrame) {
    frameEncoder
        .wrapAndApplyHeader(buffer, 0, headerEncoder)
        .sourceKey(local.key)
        .sourceIncarnation(local.incarnation)
        .frameNumber(frameNumber)
        .ackedFrame(ackedFrame)
        .clockNs(local.clock.nanoTime())
        .messageCount(helloCount + commandCount + replyCount);
    final byte[] frame = new byte[limit];
    buffer.getBytes(0, frame);
    return frame;
  }
}
