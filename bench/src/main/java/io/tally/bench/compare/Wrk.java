package io.tally.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/**
 * The load generator wrk with a script of ours. wrk drops the requests that are under way at its
 * end, which the server may have counted.
 */
final class Wrk {
  private static final int THREADS = 2;
  private static final long NANOS = 1_000_000_000L;
  private static final double MICROS = 1e6;
  private static final double MICROS_PER_MS = 1e3;

  private static final String SCRIPT =
      """
      local threads = 0
      function setup(thread)
        thread:set("first", threads * %2$d)
        threads = threads + 1
      end
      function together(ids)
        local group = {}
        for i, id in ipairs(ids) do
          group[i] = wrk.format("%5$s", "%6$s" .. id .. "%7$s", nil, %8$s)
        end
        return table.concat(group)
      end
      function init(args)
        requests = {}
        for i = 0, %1$d, %3$d do
          local ids = {}
          for j = 0, %3$d - 1 do
            ids[#ids + 1] = string.format("%4$s%%08d", (i + j) %% (%1$d + 1))
          end
          requests[#requests + 1] = together(ids)
        end
        position = first %% #requests
      end
      function request()
        position = position %% #requests + 1
        return requests[position]
      end
      """
          + Wrk.DONE;

  /** Behind the script before: what is asked at once is one request. */
  private static final String BATCH =
      """
      function together(ids)
        return wrk.format("POST", "/counters/increment", nil,
          '{"items":[{"counter_id":"' .. table.concat(ids, '"},{"counter_id":"') .. '"}]}')
      end
      """;

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

  /** Around the script before: counts requests by the second in which they leave. */
  private static final String COUNTING =
      """
      local ffi = require("ffi")
      ffi.cdef("typedef struct { long s, ns; } moment; int clock_gettime(int, moment *);")
      local now = ffi.new("moment")
      local next_request = request
      counts = {}
      function request()
        ffi.C.clock_gettime(1, now)
        local second = math.floor(tonumber(now.s) - FROM_S + (tonumber(now.ns) - FROM_NS) / 1e9) + 1
        counts[second] = (counts[second] or 0) + 1
        return next_request()
      end
      local set_up = setup
      local all = {}
      function setup(thread)
        set_up(thread)
        all[#all + 1] = thread
      end
      local tell = done
      function done(summary, latency, requests)
        io.write("\\nCOUNTS")
        for second = 1, SECONDS do
          local sum = 0
          for _, thread in ipairs(all) do
            sum = sum + (thread:get("counts")[second] or 0)
          end
          io.write(" ", sum)
        end
        tell(summary, latency, requests)
      end
      """;

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
    final boolean batch = work.isBatch();
    final Answers answers =
        run(
            site,
            server,
            filled(batch ? SCRIPT + BATCH : SCRIPT, server, work),
            work.connections,
            batch ? 1 : work.depth,
            seconds,
            work.key);
    return batch ? answers.times(work.depth) : answers;
  }

  static Answers spread(
      final Site site, final Server server, final Ids ids, final int connections, final int seconds)
      throws IOException, InterruptedException {
    final String script = filled(SPREAD_SCRIPT, server, ids, 1, server.protocol.suffix, null);
    return run(site, server, script, connections, 1, seconds, "spread");
  }

  /** Requests in each second from a time of {@link System#nanoTime()}, which is CLOCK_MONOTONIC. */
  static long[] eachSecond(
      final Site site, final Server server, final Work work, final long fromNs, final int seconds)
      throws IOException, InterruptedException {
    final String counting =
        COUNTING
            .replace("FROM_S", Long.toString(fromNs / NANOS))
            .replace("FROM_NS", Long.toString(fromNs % NANOS))
            .replace("SECONDS", Integer.toString(seconds));
    final String script = filled(SCRIPT, server, work) + counting;
    final long[] counts = new long[seconds];
    for (final String output :
        outputs(site, server, script, work.connections, seconds, "speed-" + work.key)) {
      answers(output, work.connections);
      final String[] words = Command.find(output, "COUNTS ([\\d ]+)").group(1).split(" ");
      for (int i = 0; i < seconds; i++) {
        counts[i] += Long.parseLong(words[i]);
      }
    }
    return counts;
  }

  private static Answers run(
      final Site site,
      final Server server,
      final String script,
      final int connections,
      final int depth,
      final int seconds,
      final String name)
      throws IOException, InterruptedException {
    Answers all = null;
    for (final String output : outputs(site, server, script, connections, seconds, name)) {
      final Answers answers = answers(output, connections * depth);
      all = all == null ? answers : all.and(answers);
    }
    return all;
  }

  private static String filled(final String template, final Server server, final Work work) {
    return filled(
        template,
        server,
        work.ids,
        work.depth,
        work.verb == null ? server.protocol.suffix : work.verb,
        work.body);
  }

  private static String filled(
      final String template,
      final Server server,
      final Ids ids,
      final int depth,
      final String suffix,
      final String body) {
    return template.formatted(
        ids.count() - 1,
        ids.count() / THREADS / depth,
        depth,
        ids.prefix(),
        server.protocol.method,
        server.protocol.prefix,
        suffix,
        body == null ? "nil" : "'" + body + "'");
  }

  /** Of one generator for each port of the server, all at the same time. */
  private static List<String> outputs(
      final Site site,
      final Server server,
      final String script,
      final int connections,
      final int seconds,
      final String name)
      throws IOException, InterruptedException {
    final Path file = site.workDir.resolve(server.contestant.key + "-" + name + ".lua");
    Files.writeString(file, script);
    final List<List<String>> commands = new ArrayList<>();
    final int count = server.ports.size();
    for (int i = 0; i < count; i++) {
      commands.add(
          List.of(
              "wrk",
              "-t" + (count == 1 ? THREADS : 1),
              "-c" + (connections * (i + 1) / count - connections * i / count),
              "-d" + seconds + "s",
              "-s",
              file.toString(),
              "http://127.0.0.1:" + server.ports.get(i)));
    }
    return Command.runTogether(commands);
  }

  private static Answers answers(final String output, final int open) throws IOException {
    final Matcher result = Command.find(output, "RESULT (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");
    if (!result.group(3).equals("0") || !result.group(4).equals("0")) {
      throw new IOException("not all answers were 200:\n" + output);
    }
    return new Answers(
        Long.parseLong(result.group(1)),
        Long.parseLong(result.group(2)) / MICROS,
        Long.parseLong(result.group(5)) / MICROS_PER_MS,
        Long.parseLong(result.group(6)) / MICROS_PER_MS,
        open);
  }
}
