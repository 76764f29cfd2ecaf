package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.bench.MicroBenchmark;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A write and its answer of the same length, behind the edge and on one thread: short ones of a
 * service whose longest answer is short, and longer ones, which take several slots of a ring and
 * lie beside their lane.
 */
public class MessageLengthBenchmark extends MicroBenchmark implements ReplyHandler {
  private static final int ECHO = 1;
  private static final int SCHEMA_ID = 4_800;

  @Param({"60", "1000", "32000", "65000"})
  int bytes;

  private IngressAgent ingress;
  private SteppedAgent shards;
  private long sent;
  private long answered;

  /** Answers with what it was sent. */
  private static final class Echo implements ShardService {
    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      final int bodyLength = length - MessageHeaderWord.ENCODED_LENGTH;
      reply
          .buffer()
          .putBytes(reply.offset(), buffer, offset + MessageHeaderWord.ENCODED_LENGTH, bodyLength);
      reply.length(bodyLength);
    }

    @Override
    public long entityCount() {
      return 0;
    }
  }

  private record EchoDefinition(int bytes) implements ServiceDefinition {
    @Override
    public String name() {
      return "echo";
    }

    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(new MessageType(ECHO, "echo", true, 0, bytes));
    }

    @Override
    public int maxCommandLength() {
      return MessageHeaderWord.ENCODED_LENGTH + bytes;
    }

    @Override
    public ShardService create(final int shardId) {
      return new Echo();
    }
  }

  @Setup
  public void launch() {
    final ShardEngine engine =
        BenchEngine.launch(1, new EchoDefinition(bytes), SystemNanoClock.INSTANCE);
    ingress = engine.ingress(0);
    shards = engine.shardAgent(0);
  }

  @Benchmark
  public long echo() {
    final long nowNs = System.nanoTime();
    final int length = MessageHeaderWord.ENCODED_LENGTH + bytes;
    final long id = ingress.tryClaim(nowNs, 0, 0, true, this, ++sent, length);
    if (id < 0) {
      throw new IllegalStateException("no room for a request: " + id);
    }
    final MutableDirectBuffer buffer = ingress.buffer(id);
    final int offset = ingress.payloadOffset(id);
    MessageHeaderWord.put(buffer, offset, MessageHeaderWord.of(0, ECHO, SCHEMA_ID, 0));
    final int body = offset + MessageHeaderWord.ENCODED_LENGTH;
    buffer.putLong(body, sent, LITTLE_ENDIAN);
    buffer.putLong(body + bytes - Long.BYTES, sent, LITTLE_ENDIAN);
    ingress.submit(id, length);
    ingress.doWork(nowNs);
    shards.doWork(nowNs);
    return answered;
  }

  @Override
  public void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (outcome != Outcome.ANSWERED) {
      throw new IllegalStateException("request ended as " + outcome);
    }
    verify("length of the answer", bytes, length);
    verify("its first bytes", cookie, buffer.getLong(offset, LITTLE_ENDIAN));
    verify("its last bytes", cookie, buffer.getLong(offset + bytes - Long.BYTES, LITTLE_ENDIAN));
    answered++;
  }

  @TearDown
  public void verify() {
    verify("answers", sent, answered);
    verify("requests under way", 0, ingress.pendingCount());
  }
}
