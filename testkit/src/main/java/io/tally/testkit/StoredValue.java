package io.tally.testkit;

import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads what a shard holds, without the engine. */
final class StoredValue {
  private static final int MAX_COMMAND_LENGTH = 512;
  private static final int MAX_REPLY_LENGTH = 64;

  private StoredValue() {}

  /** The value of an entity in the service of its kind and shard. */
  static long of(final Entity entity, final ShardService service) {
    if (entity.kind() == Entity.Kind.ACCOUNT) {
      return ((Ledger.Accounts) service).balance(entity.entityHash());
    }
    return read(entity, service).value();
  }

  /** Whether a counter ends by itself. */
  static boolean hasDeadline(final Entity counter, final ShardService service) {
    return read(counter, service).hasTtl();
  }

  private static CounterReplyAdapter read(final Entity entity, final ShardService service) {
    final UnsafeBuffer command = new UnsafeBuffer(new byte[MAX_COMMAND_LENGTH]);
    final GetValueEncoder encoder =
        new GetValueEncoder().wrapAndApplyHeader(command, 0, new MessageHeaderEncoder());
    encoder.putCounterId(entity.id(), 0, entity.id().length);
    final UnsafeBuffer bytes = new UnsafeBuffer(new byte[MAX_REPLY_LENGTH]);
    final ServiceReply reply = new ServiceReply().wrap(bytes, 0, MAX_REPLY_LENGTH);
    service.onCommand(
        0,
        entity.entityHash(),
        GetValueEncoder.TEMPLATE_ID,
        command,
        0,
        MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength(),
        reply);
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    if (!adapter.wrap(bytes, 0, reply.length())) {
      throw new IllegalStateException("the service does not answer a read");
    }
    return adapter;
  }
}
