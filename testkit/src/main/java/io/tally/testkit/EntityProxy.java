package io.tally.testkit;

import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/** Entry of one event loop to both services. */
final class EntityProxy {
  private static final byte[] NO_KEY = {};

  private final CounterProxy counters;
  private final CounterReplyAdapter counterReply = new CounterReplyAdapter();
  private final Ingress ingress;
  private final int ledgerVersion;

  /** The process knows messages of the ledger up to this version. */
  EntityProxy(final Ingress ingress, final int ledgerVersion) {
    this.ingress = ingress;
    this.ledgerVersion = ledgerVersion;
    counters = new CounterProxy(ingress);
  }

  /** Has the request answered through the handler exactly once. */
  void submit(
      final long nowNs, final Request request, final ReplyHandler handler, final long cookie) {
    if (request.attempt != null) {
      request.attempt.submit(ingress, nowNs, handler, cookie);
      return;
    }
    final byte[] key =
        request.key == null ? NO_KEY : request.key.key.getBytes(StandardCharsets.US_ASCII);
    final byte[] id = request.entity.id();
    if (request.entity.kind() == Entity.Kind.ACCOUNT) {
      submitToLedger(nowNs, request, key, handler, cookie);
    } else if (request.write) {
      counters.increment(
          nowNs, id, 0, id.length, request.amount, key, 0, key.length, handler, cookie);
    } else {
      counters.get(nowNs, id, 0, id.length, handler, cookie);
    }
  }

  private void submitToLedger(
      final long nowNs,
      final Request request,
      final byte[] key,
      final ReplyHandler handler,
      final long cookie) {
    final int length = LedgerMessage.LENGTH + request.memoLength;
    final long correlationId =
        ingress.tryClaim(
            nowNs,
            request.entity.placementHash(),
            request.entity.entityHash(),
            request.write,
            handler,
            cookie,
            length);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return;
    }
    if (key.length > 0) {
      ingress.idempotencyKey(correlationId, key, 0, key.length);
    }
    final int templateId =
        !request.write
            ? LedgerMessage.READ
            : request.wantsEcho() ? LedgerMessage.ENTER_AND_ECHO : LedgerMessage.ENTER;
    final int version = request.wantsNewest ? ledgerVersion : 0;
    final int offset = ingress.payloadOffset(correlationId);
    LedgerMessage.put(ingress.buffer(correlationId), offset, templateId, version, request.amount);
    LedgerMessage.putMemo(
        ingress.buffer(correlationId), offset, request.memoLength, request.amount);
    ingress.submit(correlationId, length);
  }

  /** Whether these bytes are what the request's service answers to it. */
  boolean isAnswer(
      final Request request, final DirectBuffer buffer, final int offset, final int length) {
    if (request.entity.kind() == Entity.Kind.ACCOUNT) {
      return LedgerMessage.hasMemo(
          buffer, offset, length, request.wantsEcho() ? request.memoLength : 0, request.amount);
    }
    return counterReply.wrap(buffer, offset, length) && counterReply.status() == CounterStatus.OK;
  }

  /** The value in an answer. */
  long value(final Request request, final DirectBuffer buffer, final int offset, final int length) {
    if (request.entity.kind() == Entity.Kind.ACCOUNT) {
      return LedgerMessage.number(buffer, offset);
    }
    counterReply.wrap(buffer, offset, length);
    return counterReply.value();
  }
}
