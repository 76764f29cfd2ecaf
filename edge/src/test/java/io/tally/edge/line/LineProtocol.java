package io.tally.edge.line;

import io.tally.edge.internal.Exchange;
import io.tally.edge.internal.Intake;
import io.tally.edge.internal.Protocol;
import io.tally.edge.internal.RequestReader;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A protocol of lines, to show what the edge does for any: a request is a number and so many words,
 * each of which is asked for on its own; the response is a line with the answers in that order. A
 * request whose first word is {@code later} is answered by another thread.
 */
final class LineProtocol implements Protocol {
  final ScriptedService service;
  private final AtomicInteger written = new AtomicInteger();

  LineProtocol(final ScriptedService service) {
    this.service = service;
  }

  @Override
  public RequestReader newReader(final Intake intake) {
    return new LineReader(this, intake);
  }

  @Override
  public Exchange newExchange() {
    return new LineExchange(this);
  }

  void onWritten() {
    written.incrementAndGet();
  }

  /** Number of responses written to their connections' buffers. */
  int written() {
    return written.get();
  }
}
