package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** What a run was made on; absolute figures mean nothing without it. */
final class Machine {
  private Machine() {}

  static String describe(final List<String> javaOptions) throws IOException {
    final String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    final String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    return String.format(
        Locale.ROOT,
        "%s, %d processors (%s), Linux %s, Java %s with %s, load average %s at the end. The load generators share the"
            + " processors with the servers.",
        LocalDate.now(),
        Runtime.getRuntime().availableProcessors(),
        model,
        System.getProperty("os.version"),
        Runtime.version(),
        javaOptions.isEmpty() ? "no options" : String.join(" ", javaOptions),
        load);
  }
}
