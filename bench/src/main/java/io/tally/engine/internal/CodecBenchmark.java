package io.tally.engine.internal;

import io.tally.bench.MicroBenchmark;
import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Encoding a message of the engine and decoding it again. */
public class CodecBenchmark extends MicroBenchmark {
  private static final int REPLY_BYTES = 17;
  private static final long EPOCH = 3;

  private final SampleCommand sample = new SampleCommand();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
  private final UnsafeBuffer answer = new UnsafeBuffer(new byte[REPLY_BYTES]);
  private final MessageClaim claim = new MessageClaim();
  private final CommandProxy commandProxy = new CommandProxy(1, SampleCommand.INCARNATION, 0);
  private final CommandAdapter commandAdapter = new CommandAdapter();
  private final ReplyProxy replyProxy = new ReplyProxy();
  private final ReplyAdapter replyAdapter = new ReplyAdapter();
  private final ReplySink sink = this::onReply;
  private Command decoded;
  private long count;
  private long sum;

  @Setup
  public void claim() {
    claim.wrap(null, 0, buffer, 0, buffer.capacity());
    decoded = encodeAndDecode(1);
    verify("payload length", sample.request.payloadLength, decoded.payloadLength);
    verify("entity hash", sample.request.entityHash, decoded.entityHash);
    for (int i = 0; i < decoded.payloadLength; i++) {
      verify(
          "payload byte",
          sample.slots.getByte(sample.request.payloadOffset + i),
          decoded.buffer.getByte(decoded.payloadOffset + i));
    }
  }

  @Benchmark
  public long command() {
    final Command command = encodeAndDecode(++count);
    sum += command.correlationId - command.laneFloor;
    return command.laneSequence;
  }

  @Benchmark
  public long reply() {
    decoded.correlationId = ++count;
    replyProxy.encode(
        claim,
        decoded,
        SampleCommand.INCARNATION,
        ReplyCode.ANSWERED,
        0,
        false,
        answer,
        0,
        REPLY_BYTES);
    if (!replyAdapter.wrap(buffer, 0, ReplyLayout.encodedLength(REPLY_BYTES))) {
      throw new IllegalStateException("the reply was refused");
    }
    replyAdapter.dispatch(buffer, sink);
    return sum;
  }

  @TearDown
  public void verify() {
    verify("messages decoded", count, sum);
  }

  private Command encodeAndDecode(final long number) {
    sample.request.correlationId = number;
    sample.request.laneSequence = number;
    commandProxy.encode(
        claim, sample.request, EPOCH, number - 1, SampleCommand.REMAINING_US, sample.slots);
    final Command command = commandAdapter.decode(buffer, 0, sample.encodedLength());
    if (command == null) {
      throw new IllegalStateException("the command was refused");
    }
    return command;
  }

  private void onReply(
      final long correlationId,
      final ReplyCode code,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer payload,
      final int offset,
      final int length) {
    if (correlationId != count || code != ReplyCode.ANSWERED || length != REPLY_BYTES) {
      throw new IllegalStateException("reply " + correlationId + " instead of " + count);
    }
    sum++;
  }
}
