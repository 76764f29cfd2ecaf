package io.tally.testkit;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import java.nio.charset.StandardCharsets;

/**
 * What one client asks a service under trial for, once or, with a key, several times.
 *
 * @param trial of the service.
 * @param entity that is asked.
 * @param call what is asked for.
 * @param payload of the command.
 * @param write whether it may change state.
 * @param key the idempotency key; empty for none.
 * @param firstNs when it was sent first.
 */
record TrialCall<C, A>(
    ServiceTrial<C, A> trial,
    Entity entity,
    C call,
    byte[] payload,
    boolean write,
    String key,
    long firstNs) {
  void submit(
      final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
    final long correlationId =
        ingress.tryClaim(
            nowNs,
            entity.placementHash(),
            entity.entityHash(),
            write,
            handler,
            cookie,
            payload.length);
    if (correlationId < 0) {
      Ingress.refuse(correlationId, handler, cookie);
      return;
    }
    if (!key.isEmpty()) {
      final byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
      ingress.idempotencyKey(correlationId, bytes, 0, bytes.length);
    }
    ingress.buffer(correlationId).putBytes(ingress.payloadOffset(correlationId), payload);
    ingress.submit(correlationId, payload.length);
  }
}
