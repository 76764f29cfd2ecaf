package io.tally.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;

/**
 * Kills the processes that tests started when the JVM of the tests ends, however it ends: a shell
 * reads their ids from a pipe, and when the pipe closes, kills those that were not taken back.
 */
final class Reaper {
  private static final String SCRIPT =
      """
      trap '' INT HUP TERM QUIT
      pids=" "
      while read -r op pid; do
        case $op in
          add) pids="$pids$pid " ;;
          remove) pids="${pids%% $pid *} ${pids#* $pid }" ;;
        esac
      done
      for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
      """;

  private static Writer pipe;

  private Reaper() {}

  static synchronized void add(final long pid) {
    tell("add", pid);
  }

  static synchronized void remove(final long pid) {
    tell("remove", pid);
  }

  private static void tell(final String verb, final long pid) {
    try {
      if (pipe == null) {
        pipe =
            new ProcessBuilder("/bin/sh", "-c", SCRIPT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .outputWriter();
      }
      pipe.write(String.format(Locale.ROOT, "%s %d%n", verb, pid));
      pipe.flush();
    } catch (final IOException fault) {
      throw new UncheckedIOException("the reaper is gone", fault);
    }
  }
}
