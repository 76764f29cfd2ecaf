package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.tally.edge.internal.Completion;
import io.tally.edge.internal.Cutoff;
import io.tally.edge.internal.Exchange;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/** One line, and the answers to its words. */
final class LineExchange extends Exchange {
  private final LineProtocol protocol;
  private String[] answers = {};

  LineExchange(final LineProtocol protocol) {
    this.protocol = protocol;
  }

  void answers(final int parts) {
    answers = new String[parts];
    awaitParts(parts);
  }

  void completeUnwritable() {
    answers = null;
    complete();
  }

  void stream(final LineStream stream) {
    answers = new String[] {"begin"};
    final Cutoff cutoff = goOn(stream);
    if (cutoff != null) {
      refuse(cutoff);
    }
  }

  long ask(final int part) {
    return cookie(part);
  }

  void answer(final int part, final String text) {
    answers[part] = text;
  }

  @Override
  protected ReplyHandler replies() {
    return super.replies();
  }

  @Override
  protected Completion later() {
    return super.later();
  }

  @Override
  protected void reset() {
    answers = new String[0];
  }

  @Override
  protected void onReply(
      final int part,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    answers[part] =
        outcome == Outcome.ANSWERED
            ? buffer.getStringWithoutLengthAscii(offset, length)
                + (serviceCode == 0 ? "" : "#" + serviceCode)
            : outcome.name();
  }

  @Override
  protected void refuse(final Cutoff cutoff) {
    answers = new String[] {cutoff.name()};
    complete();
  }

  @Override
  protected void write(final ByteBuf out, final long nowNs) {
    out.writeCharSequence(String.join(" ", answers) + (isLast() ? " bye\n" : "\n"), US_ASCII);
    protocol.onWritten();
  }

  @Override
  protected int answerBytes() {
    return 0;
  }
}
