package io.tally.testkit;

import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import org.agrona.DirectBuffer;

/** Hands everything on to another service, but for what a subclass overrides. */
abstract class ForwardingService implements ShardService {
  final ShardService service;

  ForwardingService(final ShardService service) {
    this.service = service;
  }

  @Override
  public void onStart(final ShardContext shard) {
    service.onStart(shard);
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
    service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    service.onTimer(timeNs, timerId);
  }

  @Override
  public SnapshotSource snapshot() {
    return service.snapshot();
  }

  @Override
  public void close() {
    service.close();
  }

  @Override
  public long entityCount() {
    return service.entityCount();
  }
}
