package io.tally.launcher;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes the log on a thread of its own, because event loops log what happens to their peers, and
 * they must not stop when the reader of the output stops reading. A line that finds the queue full
 * is dropped, and counted in the next line.
 */
final class LogWriter extends Handler {
  private static final int QUEUE_CAPACITY = 1_024;
  private static final long FLUSH_TIMEOUT_MS = 1_000;
  private static final long POLL_MS = 5;

  private final BlockingQueue<LogRecord> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final PrintStream out;

  LogWriter(final PrintStream out, final Formatter formatter) {
    this.out = out;
    setFormatter(formatter);
    final Thread thread = new Thread(this::run, "tally-log");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void publish(final LogRecord record) {
    if (isLoggable(record)) {
      accepted.incrementAndGet();
      if (!queue.offer(record)) {
        accepted.decrementAndGet();
        dropped.incrementAndGet();
      }
    }
  }

  private void run() {
    try {
      while (true) {
        out.print(getFormatter().format(queue.take()));
        final long lines = dropped.getAndSet(0);
        if (lines > 0) {
          out.print(
              getFormatter()
                  .format(new LogLine(Level.WARNING, "log lines dropped", "count", lines)));
        }
        out.flush();
        written.incrementAndGet();
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits a second at most until everything logged so far is written. Not for event loops. */
  @Override
  public void flush() {
    final long target = accepted.get();
    final long startNs = System.nanoTime();
    try {
      while (written.get() < target
          && System.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(FLUSH_TIMEOUT_MS)) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    flush();
  }
}
