package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.internal.codecs.ReplyCode;
import org.agrona.MutableDirectBuffer;

/**
 * Calls the services of shards, and counts what they do. One for all shards of a {@link
 * ShardPoller}, so that it and the reply are in the cache whichever shard comes next. Belongs to
 * the thread inside the poller's gate.
 */
final class ServiceCall {
  private static final int NO_SERVICE_CODE = 0;

  private final EngineStats stats;
  private final ServiceFaultHandler faults;
  private final ServiceReply reply = new ServiceReply();

  ServiceCall(final EngineStats stats, final ServiceFaultHandler faults) {
    this.stats = stats;
    this.faults = faults;
  }

  /** What the service said at the last call. */
  ServiceReply reply() {
    return reply;
  }

  /** Applies a command; what the service says of it stands in {@link #reply}. */
  ReplyCode apply(
      final long timeNs,
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final MutableDirectBuffer buffer,
      final int offset) {
    stats.applied(message.index());
    return serve(timeNs, command, slot, message, buffer, offset);
  }

  /** Does what {@link #apply} does for what is not one of the batch's commands. */
  ReplyCode serve(
      final long timeNs,
      final Command command,
      final ServiceSlot slot,
      final ServiceMessages.Known message,
      final MutableDirectBuffer buffer,
      final int offset) {
    reply.wrap(buffer, offset, message.maxReplyLength());
    try {
      slot.service.onCommand(
          timeNs,
          command.entityHash,
          MessageHeaderWord.templateId(command.payloadHeader),
          command.buffer,
          command.payloadOffset,
          command.payloadLength,
          reply);
    } catch (final RuntimeException fault) {
      reply.clear();
      stats.failure(message.index());
      stats.fault(message.index());
      onFault(command.shardId, fault);
      return ReplyCode.INTERNAL;
    }
    return reply.isValid() && reply.serviceCode() == NO_SERVICE_CODE
        ? ReplyCode.ANSWERED
        : judge(message);
  }

  private ReplyCode judge(final ServiceMessages.Known message) {
    stats.failure(message.index());
    if (reply.isValid()) {
      return ReplyCode.ANSWERED;
    }
    reply.clear();
    return ReplyCode.INVALID;
  }

  /** A service threw. */
  void onFault(final int shardId, final RuntimeException fault) {
    stats.increment(EngineCounter.SERVICE_FAULTS);
    faults.onFault(shardId, fault);
  }
}
