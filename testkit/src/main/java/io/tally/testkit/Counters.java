package io.tally.testkit;

import io.tally.counter.CounterLimit;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterServiceFactory;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.ShardService;
import io.tally.engine.ShardServiceFactory;
import io.tally.engine.StableHash;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The counter services of one process, which may stand still in each call to them. */
final class Counters implements ShardServiceFactory {
  private static final int MAX_COUNTERS = 1 << 20;

  private final ProcessExecution execution;
  private final CounterServiceFactory factory =
      new CounterServiceFactory(new CounterLimit(MAX_COUNTERS));
  private final Map<Integer, ShardService> services = new HashMap<>();

  Counters(final ProcessExecution execution) {
    this.execution = execution;
  }

  @Override
  public int schemaId() {
    return factory.schemaId();
  }

  @Override
  public int version() {
    return factory.version();
  }

  @Override
  public ShardService create(final int shardId) {
    final ShardService service = factory.create(shardId);
    services.put(shardId, service);
    return new PausingService(execution, service);
  }

  @Override
  public int maxCommandLength() {
    return factory.maxCommandLength();
  }

  @Override
  public int maxReplyLength() {
    return factory.maxReplyLength();
  }

  @Override
  public List<String> messageTypes() {
    return factory.messageTypes();
  }

  @Override
  public boolean isWrite(final int templateId) {
    return factory.isWrite(templateId);
  }

  boolean owns(final Counter counter) {
    return services.containsKey(counter.shardId());
  }

  /** The value in the table of the counter's shard, read without the engine. */
  long value(final Counter counter) {
    final UnsafeBuffer command = new UnsafeBuffer(new byte[512]);
    final GetValueEncoder encoder =
        new GetValueEncoder().wrapAndApplyHeader(command, 0, new MessageHeaderEncoder());
    encoder.putCounterId(counter.id(), 0, counter.id().length);
    final UnsafeBuffer reply = new UnsafeBuffer(new byte[maxReplyLength()]);
    final int length =
        services
            .get(counter.shardId())
            .onCommand(
                0,
                StableHash.hash(counter.id(), 0, counter.id().length),
                command,
                0,
                MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength(),
                reply,
                0);
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    if (!adapter.wrap(reply, 0, length)) {
      throw new IllegalStateException("the service does not answer a read");
    }
    return adapter.value();
  }

  private record PausingService(ProcessExecution execution, ShardService service)
      implements ShardService {
    @Override
    public int onCommand(
        final long timeNs,
        final long entityHash,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final MutableDirectBuffer reply,
        final int replyOffset) {
      execution.touch();
      final int result =
          service.onCommand(timeNs, entityHash, buffer, offset, length, reply, replyOffset);
      execution.touch();
      return result;
    }

    @Override
    public long entityCount() {
      return service.entityCount();
    }
  }
}
