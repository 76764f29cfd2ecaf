package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.bench.MicroBenchmark;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs that an entity can be watched: writes to one entity on one thread, in turns of one
 * and of 64, where the service says nothing of changes, where it does and nobody watches, where
 * another entity of the shard is watched, and where this one is.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WatchBenchmark extends MicroBenchmark {
  /** Who watches. */
  public enum Watching {
    /** The service does not even say that the entity has changed. */
    UNSAID,
    /** Nobody. */
    NOBODY,
    /** Somebody watches another entity of the same shard. */
    ANOTHER,
    /** Somebody watches the entity that is written. */
    THIS
  }

  private static final int BATCH = 64;
  private static final int ID_LENGTH = 2 * Long.BYTES;
  private static final int PAYLOAD_LENGTH =
      MessageHeaderWord.ENCODED_LENGTH + Short.BYTES + ID_LENGTH;
  private static final long ENTITY = 1;
  private static final long OTHER = 2;

  @Param Watching watching;

  /** By which the clock goes on with each turn; watches are renewed by it. */
  long turnNs = TimeUnit.MICROSECONDS.toNanos(10);

  private final CachedNanoClock clock = new CachedNanoClock();
  private final UnsafeBuffer read = new UnsafeBuffer(new byte[PAYLOAD_LENGTH]);
  private final ReplyHandler onReply = this::onReply;
  private ShardEngine engine;
  private IngressAgent ingress;
  private WatchAgent watcher;
  private SteppedAgent shards;
  private long submitted;
  private long answered;
  private long lastValue;
  private long watchedValue;
  private long toldCount;

  @Setup
  public void launch() {
    engine = BenchEngine.launch(1, new Sums(watching != Watching.UNSAID), clock);
    ingress = engine.ingress(0);
    watcher = engine.watcher();
    shards = engine.shardAgent(0);
    if (watching == Watching.ANOTHER || watching == Watching.THIS) {
      final long entity = watching == Watching.THIS ? ENTITY : OTHER;
      put(Sums.READ, entity, read, 0);
      watcher.subscribe(
          clock.nanoTime(), entity, entity, read, 0, PAYLOAD_LENGTH, new LatestValue());
    }
    step();
  }

  @Benchmark
  public long one() {
    write();
    step();
    return lastValue;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long batch() {
    for (int i = 0; i < BATCH; i++) {
      write();
    }
    step();
    return lastValue;
  }

  @TearDown
  public void verify() {
    step();
    verify("answers", submitted, answered);
    verify("sum", submitted, lastValue);
    verify("watched value", watching == Watching.THIS ? submitted : 0, watchedValue);
    final int watched = watching == Watching.ANOTHER || watching == Watching.THIS ? 1 : 0;
    verify("registrations", watched, engine.registrationCount());
    verify("told at all", watched, Math.min(1, toldCount));
  }

  /** How often a watcher was told. */
  long toldCount() {
    return toldCount;
  }

  private void write() {
    final long id = ingress.tryClaim(clock.nanoTime(), ENTITY, ENTITY, true, onReply, submitted++);
    put(Sums.ADD, ENTITY, ingress.buffer(), ingress.payloadOffset(id));
    ingress.submit(id, PAYLOAD_LENGTH);
  }

  private static void put(
      final int templateId, final long entity, final MutableDirectBuffer buffer, final int offset) {
    MessageHeaderWord.put(buffer, offset, MessageHeaderWord.of(0, templateId, Sums.SCHEMA_ID, 0));
    final int idHeader = offset + MessageHeaderWord.ENCODED_LENGTH;
    buffer.putShort(idHeader, (short) ID_LENGTH, LITTLE_ENDIAN);
    buffer.putLong(idHeader + Short.BYTES, entity, LITTLE_ENDIAN);
    buffer.putLong(idHeader + Short.BYTES + Long.BYTES, entity, LITTLE_ENDIAN);
  }

  private void step() {
    ingress.doWork(clock.nanoTime());
    watcher.doWork(clock.nanoTime());
    shards.doWork(clock.nanoTime());
    clock.advance(turnNs);
  }

  private void onReply(
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
    lastValue = buffer.getLong(offset, LITTLE_ENDIAN);
    answered++;
  }

  private final class LatestValue implements WatchHandler {
    @Override
    public void onValue(
        final long incarnation,
        final long version,
        final int serviceCode,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
      watchedValue = buffer.getLong(offset, LITTLE_ENDIAN);
      toldCount++;
    }

    @Override
    public void onLost(final WatchLoss reason) {
      throw new IllegalStateException("lost: " + reason);
    }
  }

  /** A service of two sums. */
  private record Sums(boolean saysChanges) implements ServiceDefinition {
    private static final int SCHEMA_ID = 77;
    private static final int ADD = 1;
    private static final int READ = 2;

    @Override
    public String name() {
      return "sums";
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
      return List.of(
          new MessageType(ADD, "Add", true, 0, Long.BYTES),
          new MessageType(READ, "Read", false, 0, Long.BYTES));
    }

    @Override
    public int maxCommandLength() {
      return PAYLOAD_LENGTH;
    }

    @Override
    public ShardService create(final int shardId) {
      return new Service(saysChanges);
    }
  }

  private static final class Service implements ShardService {
    private final boolean saysChanges;
    private final long[] sums = new long[3];
    private ShardContext shard;

    Service(final boolean saysChanges) {
      this.saysChanges = saysChanges;
    }

    @Override
    public void onStart(final ShardContext context) {
      shard = context;
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      final int entity = (int) entityHash;
      if (templateId == Sums.ADD) {
        sums[entity]++;
        if (saysChanges) {
          shard.changed(buffer, offset + length - ID_LENGTH, ID_LENGTH);
        }
      } else {
        reply.version(sums[entity]);
      }
      reply.buffer().putLong(reply.offset(), sums[entity], LITTLE_ENDIAN);
      reply.length(Long.BYTES);
    }

    @Override
    public long entityCount() {
      return sums.length - 1;
    }
  }
}
