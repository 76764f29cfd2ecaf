package io.tally.testkit;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.StableHash;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counter services of one process, which may stand still in each call to them, and set timers.
 */
final class Counters implements ServiceDefinition {
  /** Hears of each life of a shard when it begins. */
  interface LifeListener {
    void onBegun(int shardId, long incarnation, ShardService service);
  }

  private static final int MAX_COUNTERS = 1 << 20;
  private static final int MAX_REPLY_LENGTH = 64;

  private final ProcessExecution execution;
  private final LifeListener begun;
  private final Consumer<String> violations;
  private final CounterDefinition definition =
      new CounterDefinition(new CounterLimit(MAX_COUNTERS));
  private long firedTimers;

  /** Each life of a shard is told when it begins. */
  Counters(
      final ProcessExecution execution,
      final LifeListener begun,
      final Consumer<String> violations) {
    this.execution = execution;
    this.begun = begun;
    this.violations = violations;
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public int schemaId() {
    return definition.schemaId();
  }

  @Override
  public int version() {
    return definition.version();
  }

  @Override
  public List<MessageType> messages() {
    return definition.messages();
  }

  @Override
  public int maxCommandLength() {
    return definition.maxCommandLength();
  }

  @Override
  public int maxTimers() {
    return TimedService.MAX_TIMERS;
  }

  @Override
  public ShardService create(final int shardId) {
    final TimedService timed =
        new TimedService(definition.create(shardId), violations, () -> firedTimers++);
    return new PausingService(execution, timed, begun);
  }

  long firedTimers() {
    return firedTimers;
  }

  /** The value in the table of a life of the counter's shard, read without the engine. */
  static long value(final Counter counter, final ShardService service) {
    final UnsafeBuffer command = new UnsafeBuffer(new byte[512]);
    final GetValueEncoder encoder =
        new GetValueEncoder().wrapAndApplyHeader(command, 0, new MessageHeaderEncoder());
    encoder.putCounterId(counter.id(), 0, counter.id().length);
    final UnsafeBuffer bytes = new UnsafeBuffer(new byte[MAX_REPLY_LENGTH]);
    final ServiceReply reply = new ServiceReply().wrap(bytes, 0, MAX_REPLY_LENGTH);
    service.onCommand(
        0,
        StableHash.hash(counter.id(), 0, counter.id().length),
        GetValueEncoder.TEMPLATE_ID,
        command,
        0,
        MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength(),
        reply);
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    if (!adapter.wrap(bytes, 0, reply.length())) {
      throw new IllegalStateException("the service does not answer a read");
    }
    return adapter.value();
  }

  private record PausingService(
      ProcessExecution execution, TimedService service, LifeListener begun)
      implements ShardService {
    @Override
    public void onStart(final ShardContext shard) {
      service.onStart(shard);
      begun.onBegun(shard.shardId(), shard.incarnation(), service.timed());
    }

    @Override
    public void close() {
      service.close();
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
      execution.touch();
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      execution.touch();
    }

    @Override
    public void onTimer(final long timeNs, final long timerId) {
      execution.touch();
      service.onTimer(timeNs, timerId);
      execution.touch();
    }

    @Override
    public long entityCount() {
      return service.entityCount();
    }
  }
}
