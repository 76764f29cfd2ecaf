package io.tally.engine.internal;

import io.tally.engine.ForwardingService;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import org.agrona.DirectBuffer;

/** A service that has something done after each command. */
final class DecoratedService extends ForwardingService {
  /** Told of a command that the service has answered. */
  interface After {
    void onAnswered(int templateId, ServiceReply reply);
  }

  private final After after;

  DecoratedService(final ShardService service, final After after) {
    super(service);
    this.after = after;
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
}
