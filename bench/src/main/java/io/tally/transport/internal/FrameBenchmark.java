package io.tally.transport.internal;

import io.tally.bench.MicroBenchmark;
import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Frames of 64 commands: putting one together, writing its header, and checking and walking one
 * that came. None of them may allocate.
 */
public class FrameBenchmark extends MicroBenchmark {
  private static final int BATCH = 64;
  private static final int MESSAGE_BYTES = 136;
  private static final int MAX_FRAME_BYTES = 1 << 16;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
  private final OutboundFrame outbound =
      new OutboundFrame(
          new LocalNode(
              ClusterSettings.of(List.of("node-0")),
              new NodeStart("bench", "node-0", 1, List.of()),
              new ShardDirectory(ClusterSettings.of(List.of("node-0"))),
              1_000_000_000,
              SystemNanoClock.INSTANCE,
              SystemEpochClock.INSTANCE),
          MAX_FRAME_BYTES);
  private final InboundFrame inbound = new InboundFrame();
  private byte[] frame;
  private long frameNumber;

  @Setup
  public void fill() {
    new MessageHeaderEncoder()
        .wrap(message, 0)
        .blockLength(CommandDecoder.BLOCK_LENGTH)
        .templateId(CommandDecoder.TEMPLATE_ID)
        .schemaId(CommandDecoder.SCHEMA_ID)
        .version(CommandDecoder.SCHEMA_VERSION);
    append();
    frame = Arrays.copyOf(outbound.memory(), outbound.finish(1, 0));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int append() {
    outbound.begin();
    for (int i = 0; i < BATCH; i++) {
      message.putLong(MESSAGE_BYTES - Long.BYTES, i);
      outbound.append(message, 0, MESSAGE_BYTES);
    }
    return outbound.commandCount();
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int finish() {
    return outbound.finish(++frameNumber, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long walk() {
    if (inbound.wrap(frame) != null) {
      throw new IllegalStateException("the frame was refused");
    }
    final UnsafeBuffer buffer = inbound.buffer();
    long sum = 0;
    int position = inbound.firstPosition();
    for (int i = 0; i < inbound.messageCount(); i++) {
      final int length = FrameLayout.messageLength(buffer, position);
      position = FrameLayout.messageOffset(position) + length;
      sum += buffer.getLong(position - Long.BYTES);
    }
    verify("sum of what the messages carry", BATCH * (BATCH - 1) / 2, sum);
    return sum;
  }

  @TearDown
  public void verify() {
    verify("messages in the frame", BATCH, outbound.commandCount());
    walk();
    verify("messages found", BATCH, inbound.messageCount());
  }
}
