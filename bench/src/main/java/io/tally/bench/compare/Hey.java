package io.tally.bench.compare;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;

/** The load generator hey, which waits for every answer. */
final class Hey {
  private static final int REQUESTS_PER_SECOND = 20_000;
  private static final double MS = 1e3;

  private Hey() {}

  static Answers run(final Server server, final Work work, final int seconds)
      throws IOException, InterruptedException {
    final int each = REQUESTS_PER_SECOND * seconds / work.connections;
    final int requests = each * work.connections;
    final String path = server.protocol.prefix + work.ids.id(0) + server.protocol.suffix;
    final String output =
        Command.run(
            List.of(
                "hey",
                "-n",
                Integer.toString(requests),
                "-c",
                Integer.toString(work.connections),
                "-m",
                server.protocol.method,
                "http://127.0.0.1:" + server.port + path));
    final Matcher ok = Command.find(output, "\\[200\\]\\s+(\\d+) responses");
    if (Integer.parseInt(ok.group(1)) != requests) {
      throw new IOException("not all answers were 200:\n" + output);
    }
    return new Answers(
        requests,
        number(output, "Total:\\s+([\\d.]+) secs"),
        MS * number(output, "50% in ([\\d.]+) secs"),
        MS * number(output, "99% in ([\\d.]+) secs"),
        0);
  }

  private static double number(final String output, final String pattern) throws IOException {
    return Double.parseDouble(Command.find(output, pattern).group(1));
  }
}
