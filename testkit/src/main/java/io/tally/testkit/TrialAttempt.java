package io.tally.testkit;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/** One request for what a client asks a service under trial for. */
final class TrialAttempt<C, A> {
  private final TrialCall<C, A> call;
  private A answer;

  TrialAttempt(final TrialCall<C, A> call) {
    this.call = call;
  }

  TrialCall<C, A> call() {
    return call;
  }

  /** Null while it was not answered. */
  A answer() {
    return answer;
  }

  void submit(
      final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
    call.submit(ingress, nowNs, handler, cookie);
  }

  void onReply(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    answer = call.trial().decode(call.call(), serviceCode, buffer, offset, length);
  }
}
