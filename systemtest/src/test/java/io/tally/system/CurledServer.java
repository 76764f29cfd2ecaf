package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.http.ContractServer;
import io.tally.http.RawClient.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Processes that are asked by curl, each time at a node that does not own the counter if there is
 * one that a client can reach. Their clock goes on by itself; how far it may be ahead of the
 * document is measured, and what an answer tells of time has to agree with that. Counters have a
 * suffix, so that they are new.
 */
final class CurledServer implements ContractServer {
  /** How long before a last moment a process is asked. */
  private static final long MARGIN_MS = 500;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern TARGET_ID = Pattern.compile("(?:/counter/|[?&]id=)[^/?&]+");
  private static final Pattern BODY_ID = Pattern.compile("\"counter_id\":\"[^\"]+");
  private static final Pattern ANY_ID =
      Pattern.compile("(?:/counter/|[?&]id=|\"counter_id\":\")([^/?&\"]+)");

  private final Map<String, Integer> ports;
  private final Placement placement;
  private final Map<String, String> incarnations;
  private final String suffix;
  private final long originNs = System.nanoTime();
  private long passedMs;
  private long owedMs;
  private long leastAheadNs;
  private long mostAheadNs;
  private long earliestNs;
  private long latestNs;
  private int requests;

  /**
   * Creates a server of new counters.
   *
   * @param ports where clients reach a node, by its id.
   * @param placement of the counters.
   * @param incarnations by the owner's id; what is missing is taken from the first answer.
   * @param suffix of the counters.
   */
  CurledServer(
      final Map<String, Integer> ports,
      final Placement placement,
      final Map<String, String> incarnations,
      final String suffix) {
    this.ports = ports;
    this.placement = placement;
    this.incarnations = incarnations;
    this.suffix = suffix;
  }

  @Override
  public Response exchange(
      final String method, final String target, final String headers, final String body) {
    final String path = TARGET_ID.matcher(target).replaceAll("$0" + suffix);
    final String items = BODY_ID.matcher(body).replaceAll("$0" + suffix);
    final Matcher first = ANY_ID.matcher(path + ' ' + items);
    final String id = first.find() ? first.group(1) : "";
    final long startNs = aheadNs();
    final List<String> lines = curl(portFor(id), method, path, headers, items);
    if (!id.isEmpty()) {
      earliestNs = Math.min(earliestNs, startNs);
      leastAheadNs = startNs;
      mostAheadNs = aheadNs();
      latestNs = Math.max(latestNs, mostAheadNs);
    }
    return response(lines, method.equals("HEAD"));
  }

  private int portFor(final String id) {
    final List<String> others =
        ports.keySet().stream()
            .filter(node -> ports.size() == 1 || !node.equals(placement.owner(id)))
            .toList();
    return ports.get(others.get(requests++ % others.size()));
  }

  private static List<String> curl(
      final int port,
      final String method,
      final String path,
      final String headers,
      final String body) {
    final List<String> command =
        new ArrayList<>(List.of(Child.find("curl"), "-sS", "--globoff", "--path-as-is"));
    command.addAll(method.equals("HEAD") ? List.of("--head") : List.of("-i", "-X", method));
    for (final String header : headers.split("\r\n")) {
      if (!header.isEmpty()) {
        command.addAll(List.of("-H", header));
      }
    }
    if (!body.isEmpty()) {
      command.addAll(List.of("--data-binary", body));
    }
    command.add("http://127.0.0.1:" + port + path);
    try (Child curl = Child.start(command, environment -> {})) {
      assertEquals(0, curl.awaitExit(LIMIT), curl::picture);
      return curl.output();
    }
  }

  private Response response(final List<String> lines, final boolean isHead) {
    final String[] status = lines.get(0).split(" ", 3);
    assertEquals("HTTP/1.1", status[0]);
    final int headersEnd = lines.indexOf("");
    final Map<String, String> headers = new LinkedHashMap<>();
    for (final String line : lines.subList(1, headersEnd)) {
      final int colon = line.indexOf(": ");
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    final StringBuilder body = new StringBuilder();
    lines.subList(headersEnd + 1, lines.size()).forEach(line -> body.append(line).append('\n'));
    if (!isHead) {
      final int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      assertEquals(length, body.toString().getBytes(UTF_8).length, lines::toString);
    }
    final String own = body.toString().replace(suffix + '"', "\"");
    return new Response(Integer.parseInt(status[1]), status[2], headers, own.getBytes(UTF_8));
  }

  @Override
  public void pass(final long durationMs, final boolean leavingMost) {
    final long laterMs = leavingMost ? MARGIN_MS : 0;
    final long untilNs =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs + owedMs - laterMs);
    owedMs = laterMs;
    passedMs += durationMs;
    for (long leftNs = untilNs - System.nanoTime(); leftNs > 0; ) {
      LockSupport.parkNanos(leftNs);
      leftNs = untilNs - System.nanoTime();
    }
  }

  /** How far this clock is ahead of the document; behind it before a last moment. */
  private long aheadNs() {
    return System.nanoTime() - originNs - TimeUnit.MILLISECONDS.toNanos(passedMs);
  }

  /** Whether nothing took so long that it changes what an answer has to be. */
  boolean isInTime() {
    return latestNs < TimeUnit.MILLISECONDS.toNanos(MARGIN_MS - 100);
  }

  /** What ends was begun by some request of this section. */
  @Override
  public void checkLeft(final long expectedMs, final long shownMs) {
    final long moreMs = TimeUnit.NANOSECONDS.toMillis(latestNs - leastAheadNs) + 1;
    final long lessMs = TimeUnit.NANOSECONDS.toMillis(mostAheadNs - earliestNs) + 1;
    assertTrue(
        shownMs <= expectedMs + moreMs && shownMs >= expectedMs - lessMs,
        () -> shownMs + " ms are left, not " + expectedMs + ", +" + moreMs + ", -" + lessMs);
  }

  @Override
  public void checkIncarnation(final String counterId, final String incarnation) {
    final String owner = placement.owner(counterId + suffix);
    assertEquals(incarnations.computeIfAbsent(owner, o -> incarnation), incarnation, owner);
  }
}
