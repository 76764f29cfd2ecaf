package io.tally.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.engine.internal.ServiceFaultHandler;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * Told of what agents throw. An exception is logged, each kind once a minute; an error ends the
 * process, because state may be broken: out of memory above all can leave a map in the middle of a
 * rehash.
 */
final class FaultLog implements ErrorHandler, ServiceFaultHandler {
  private static final int EXIT_HALT = 70;

  private static final FileOutputStream ERROR_OUT = new FileOutputStream(FileDescriptor.err);
  private static final byte[] OUT_OF_MEMORY =
      "tally: halted, because memory ran out: state may be broken\n".getBytes(US_ASCII);
  private static final byte[] BROKEN =
      "tally: halted by an error: state may be broken\n".getBytes(US_ASCII);

  private final Repeats repeats;

  FaultLog(final NanoClock clock) {
    repeats = new Repeats(clock);
  }

  @Override
  public void onError(final Throwable thrown) {
    if (thrown instanceof Error) {
      try {
        // Made beforehand: without memory, no line can be put together any more.
        ERROR_OUT.write(thrown instanceof OutOfMemoryError ? OUT_OF_MEMORY : BROKEN);
        System.err.println(thrown);
      } catch (final IOException unwritable) {
        // There is nobody to tell.
      } finally {
        Runtime.getRuntime().halt(EXIT_HALT);
      }
    }
    log("an agent threw", thrown);
  }

  @Override
  public void onFault(final int shardId, final RuntimeException fault) {
    log("the service threw; its request was answered 500", fault);
  }

  private void log(final String message, final Throwable thrown) {
    final StackTraceElement[] trace = thrown.getStackTrace();
    final String kind = thrown.getClass().getName() + (trace.length == 0 ? "" : "@" + trace[0]);
    if (repeats.admit(kind)) {
      Log.error(message, thrown);
    }
  }
}
