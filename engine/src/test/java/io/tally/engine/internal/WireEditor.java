package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandFlagsDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads and changes single fields of a message in place. */
final class WireEditor {
  private static final int BODY = MessageHeaderDecoder.ENCODED_LENGTH;
  private static final int LANE_SPAN = BODY + CommandDecoder.laneSpanEncodingOffset();

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  WireEditor on(final byte[] message) {
    buffer.wrap(message);
    return this;
  }

  boolean isWrite() {
    return isCommand()
        && CommandFlagsDecoder.write(buffer.getByte(BODY + CommandDecoder.flagsEncodingOffset()));
  }

  boolean isCommand() {
    return templateId() == CommandDecoder.TEMPLATE_ID;
  }

  /** A registration, or anything that answers one. */
  boolean isOfWatch() {
    return (isCommand() ? commandCorrelationId() : repliedCorrelationId()) < 0;
  }

  long repliedCorrelationId() {
    return get(ReplyDecoder.correlationIdEncodingOffset());
  }

  /** Whether a watcher is told a value. */
  boolean isTold() {
    return isReply() && isOfWatch() && code() == ReplyCode.ANSWERED.value();
  }

  long order() {
    return get(ReplyDecoder.BLOCK_LENGTH + ReplyDecoder.payloadHeaderLength() + WatchLayout.ORDER);
  }

  /** Of what a watcher is told. */
  void order(final long value) {
    put(ReplyDecoder.BLOCK_LENGTH + ReplyDecoder.payloadHeaderLength() + WatchLayout.ORDER, value);
  }

  boolean isReply() {
    return templateId() == ReplyDecoder.TEMPLATE_ID;
  }

  long laneSequence() {
    return get(CommandDecoder.laneSequenceEncodingOffset());
  }

  /** Changes the sequence, and leaves the floor as it is. */
  void laneSequence(final long value) {
    final long floor = laneFloor();
    put(CommandDecoder.laneSequenceEncodingOffset(), value);
    laneFloor(floor);
  }

  long laneFloor() {
    return laneSequence() - buffer.getInt(LANE_SPAN, ByteOrder.LITTLE_ENDIAN);
  }

  void laneFloor(final long value) {
    buffer.putInt(LANE_SPAN, (int) (laneSequence() - value), ByteOrder.LITTLE_ENDIAN);
  }

  void firstByteOfKey(final byte value) {
    final int keyHeader = BODY + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, 0));
    if (buffer.getByte(keyHeader) != 0) {
      buffer.putByte(keyHeader + CommandDecoder.idempotencyKeyHeaderLength(), value);
    }
  }

  long shardIncarnation() {
    return get(CommandDecoder.shardIncarnationEncodingOffset());
  }

  void shardIncarnation(final long value) {
    put(CommandDecoder.shardIncarnationEncodingOffset(), value);
  }

  void replyShardIncarnation(final long value) {
    put(ReplyDecoder.shardIncarnationEncodingOffset(), value);
  }

  int loop() {
    return buffer.getByte(BODY + CommandDecoder.originLoopEncodingOffset()) & 0xFF;
  }

  long commandCorrelationId() {
    return get(CommandDecoder.correlationIdEncodingOffset());
  }

  /** Names the lane of a command in the whole simulation. */
  String lane() {
    return get(CommandDecoder.originNodeKeyEncodingOffset())
        + "/"
        + get(CommandDecoder.originIncarnationEncodingOffset())
        + "/"
        + loop()
        + "/"
        + buffer.getShort(BODY + CommandDecoder.shardIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN)
        + "/"
        + get(CommandDecoder.shardIncarnationEncodingOffset());
  }

  /** Names the request of a command in the whole simulation. */
  String request() {
    return get(CommandDecoder.originIncarnationEncodingOffset())
        + "/"
        + loop()
        + "/"
        + commandCorrelationId();
  }

  /** The same of a reply to it. */
  String answeredRequest() {
    return get(ReplyDecoder.originIncarnationEncodingOffset())
        + "/"
        + (buffer.getByte(BODY + ReplyDecoder.originLoopEncodingOffset()) & 0xFF)
        + "/"
        + get(ReplyDecoder.correlationIdEncodingOffset());
  }

  /** Names the request that a reply answers in the whole simulation, as far as it goes. */
  String answered() {
    return get(ReplyDecoder.originIncarnationEncodingOffset())
        + "/"
        + buffer.getByte(BODY + ReplyDecoder.originLoopEncodingOffset())
        + "/"
        + get(ReplyDecoder.shardIncarnationEncodingOffset())
        + "/"
        + get(ReplyDecoder.correlationIdEncodingOffset());
  }

  int code() {
    return buffer.getByte(BODY + ReplyDecoder.codeEncodingOffset()) & 0xFF;
  }

  void code(final ReplyCode code) {
    buffer.putByte(BODY + ReplyDecoder.codeEncodingOffset(), (byte) code.value());
  }

  private int templateId() {
    return buffer.getShort(
        MessageHeaderDecoder.templateIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
  }

  private long get(final int fieldOffset) {
    return buffer.getLong(BODY + fieldOffset, ByteOrder.LITTLE_ENDIAN);
  }

  private void put(final int fieldOffset, final long value) {
    buffer.putLong(BODY + fieldOffset, value, ByteOrder.LITTLE_ENDIAN);
  }
}
