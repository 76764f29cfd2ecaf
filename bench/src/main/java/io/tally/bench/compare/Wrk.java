package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;

/**
 * The load generator wrk with a script of ours. wrk drops the requests that are under way at its
 * end, which the server may have counted.
 */
final class Wrk {
  private static final int THREADS = 2;
  private static final double MICROS = 1e6;
  private static final double MICROS_PER_MS = 1e3;

  private static final String SCRIPT =
      """
      local threads = 0
      function setup(thread)
        thread:set("first", threads * %2$d)
        threads = threads + 1
      end
      function init(args)
        requests = {}
        for i = 0, %1$d, %3$d do
          local group = {}
          for j = 0, %3$d - 1 do
            local id = string.format("%4$s%%08d", (i + j) %% (%1$d + 1))
            group[#group + 1] = wrk.format("%5$s", "%6$s" .. id .. "%7$s")
          end
          requests[#requests + 1] = table.concat(group)
        end
        position = first %% #requests
      end
      function request()
        position = position %% #requests + 1
        return requests[position]
      end
      """
          + Wrk.DONE;

  /** For more counters than there is room for requests: made as they leave, in random order. */
  private static final String SPREAD_SCRIPT =
      """
      local threads = 0
      function setup(thread)
        threads = threads + 1
        thread:set("first", threads)
      end
      function init(args)
        math.randomseed(first)
        before, after = wrk.format("%5$s", "%6$sTHE_ID%7$s"):match("^(.*)THE_ID(.*)$")
      end
      function request()
        return before .. string.format("%4$s%%08d", math.random(0, %1$d)) .. after
      end
      """
          + Wrk.DONE;

  private static final String DONE =
      """
      function done(summary, latency)
        local e = summary.errors
        io.write(string.format("\\nRESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
          e.status, e.connect + e.read + e.write + e.timeout,
          latency:percentile(50), latency:percentile(99)))
      end
      """;

  private Wrk() {}

  static Answers run(final Site site, final Server server, final Work work, final int seconds)
      throws IOException, InterruptedException {
    return run(site, server, SCRIPT, work.ids, work.connections, work.depth, seconds, work.key);
  }

  static Answers spread(
      final Site site, final Server server, final Ids ids, final int connections, final int seconds)
      throws IOException, InterruptedException {
    return run(site, server, SPREAD_SCRIPT, ids, connections, 1, seconds, "spread");
  }

  private static Answers run(
      final Site site,
      final Server server,
      final String template,
      final Ids ids,
      final int connections,
      final int depth,
      final int seconds,
      final String name)
      throws IOException, InterruptedException {
    final Path script = site.workDir.resolve(server.contestant.key + "-" + name + ".lua");
    Files.writeString(
        script,
        template.formatted(
            ids.count() - 1,
            ids.count() / THREADS / depth,
            depth,
            ids.prefix(),
            server.protocol.method,
            server.protocol.prefix,
            server.protocol.suffix));
    final String output =
        Command.run(
            List.of(
                "wrk",
                "-t" + THREADS,
                "-c" + connections,
                "-d" + seconds + "s",
                "-s",
                script.toString(),
                "http://127.0.0.1:" + server.port));
    final Matcher result = Command.find(output, "RESULT (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");
    if (!result.group(3).equals("0") || !result.group(4).equals("0")) {
      throw new IOException("not all answers were 200:\n" + output);
    }
    return new Answers(
        Long.parseLong(result.group(1)),
        Long.parseLong(result.group(2)) / MICROS,
        Long.parseLong(result.group(5)) / MICROS_PER_MS,
        Long.parseLong(result.group(6)) / MICROS_PER_MS,
        connections * depth);
  }
}
