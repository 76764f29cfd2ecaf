package io.tally.launcher;

import io.tally.engine.ServiceFaultHandler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.ErrorHandler;

/**
 * Told of what agents throw. An exception is logged, each kind once; an error ends the process,
 * because state may be broken: out of memory above all can leave a map in the middle of a rehash.
 */
final class FaultLog implements ErrorHandler, ServiceFaultHandler {
  private static final int EXIT_HALT = 70;
  private static final int MAX_KINDS = 32;

  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  @Override
  public void onError(final Throwable thrown) {
    if (thrown instanceof Error) {
      try {
        System.err.println("tally: halted by " + thrown);
      } finally {
        // Without memory even the line may fail.
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
    if (seen.size() < MAX_KINDS && seen.add(kind)) {
      Log.error(message, thrown);
    }
  }
}
