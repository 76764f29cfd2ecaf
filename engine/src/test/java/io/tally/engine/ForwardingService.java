package io.tally.engine;

import org.agrona.DirectBuffer;

/** Hands everything on to another service, until a test overrides some of it. */
public class ForwardingService implements ShardService {
  /** The other service. */
  protected final ShardService service;

  /**
   * Forwards to a service.
   *
   * @param service the other service.
   */
  protected ForwardingService(final ShardService service) {
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
