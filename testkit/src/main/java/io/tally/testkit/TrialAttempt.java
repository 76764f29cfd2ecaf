package io.tally.testkit;

import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One request for what a client asks a service under trial for. */
final class TrialAttempt<C, A> implements Attempt {
  private final TrialCall<C, A> call;
  private A answer;

  TrialAttempt(final TrialCall<C, A> call) {
    this.call = call;
  }

  TrialCall<C, A> call() {
    return call;
  }

  /** The answer; null while there is none. */
  A answer() {
    return answer;
  }

  @Override
  public void submit(
      final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
    call.submit(ingress, nowNs, handler, cookie);
  }

  /** Empty if there is no reply. */
  static DirectBuffer copy(final DirectBuffer buffer, final int offset, final int length) {
    final byte[] bytes = new byte[length];
    if (length > 0) {
      buffer.getBytes(offset, bytes);
    }
    return new UnsafeBuffer(bytes);
  }

  @Override
  public boolean onReply(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    answer = call.trial().decode(call.call(), serviceCode, copy(buffer, offset, length));
    return true;
  }
}
