package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.tally.edge.internal.ResponseStream;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream of lines, of which the latest wins. What it is told, it is told on its loop. */
final class LineStream extends ResponseStream {
  static final long HELD_BYTES = 1_000;

  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private String line;
  private RuntimeException fault;
  private long everyNs = NEVER;
  private long writtenNs;
  private boolean last;

  /** Replaces what was to be sent. */
  void tell(final String newLine) {
    line = newLine;
    wake();
  }

  /** The same from another thread. */
  void tellLater(final String newLine) {
    run(() -> tell(newLine));
  }

  void throwLater(final RuntimeException thrown) {
    run(
        () -> {
          throw thrown;
        });
  }

  /** Sends a line and ends. */
  void tellLast(final String newLine) {
    last = true;
    tell(newLine);
  }

  void finish() {
    end();
  }

  void fail(final RuntimeException thrown) {
    fault = thrown;
    wake();
  }

  /** Sends a line without being told, again and again. */
  void every(final long periodNs) {
    everyNs = periodNs;
    wake();
  }

  /** Pieces that it was asked for and had. */
  int written() {
    return written.get();
  }

  int ended() {
    return ended.get();
  }

  @Override
  protected void write(final ByteBuf out, final long nowNs) {
    if (fault != null) {
      throw fault;
    }
    if (line == null && everyNs != NEVER && nowNs - writtenNs >= everyNs) {
      line = "again";
    }
    if (line != null) {
      out.writeCharSequence(line + "\n", US_ASCII);
      line = null;
      writtenNs = nowNs;
      written.incrementAndGet();
      if (last) {
        end();
      }
    }
  }

  @Override
  protected long nextNs() {
    return everyNs == NEVER ? NEVER : writtenNs + everyNs;
  }

  @Override
  protected long heldBytes() {
    return HELD_BYTES;
  }

  @Override
  protected void onEnd() {
    ended.incrementAndGet();
  }
}
