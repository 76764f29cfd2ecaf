package io.tally.engine;

import org.agrona.DirectBuffer;

/** A service that has something done after each command. */
record DecoratedService(ShardService service, After after) implements ShardService {
  /** Told of a command that the service has answered. */
  interface After {
    void onAnswered(int templateId, ServiceReply reply);
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
    after.onAnswered(templateId, reply);
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    service.onTimer(timeNs, timerId);
  }

  @Override
  public long entityCount() {
    return service.entityCount();
  }
}
