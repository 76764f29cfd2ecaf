package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.http.ContractServer;
import io.tally.counter.http.ContractStream;
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
 * document is measured, and what an answer tells of time has to agree with that. Ids begin with
 * something of their own, so that their counters are new.
 */
final class CurledServer implements ContractServer {
  /** How long before a last moment a process is asked. */
  private static final long MARGIN_MS = 500;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern TARGET_ID =
      Pattern.compile("(?:/counter/|[?&](?:id|prefix)=)(?=[^/?&])");

  private static final Pattern BODY_ID = Pattern.compile("\"counter_id\":\"(?=[^\"])");
  private static final Pattern ANY_ID =
      Pattern.compile("(?:/counter/|[?&]id=|\"counter_id\":\")([^/?&\"]+)");

  private final Map<String, Integer> ports;
  private final Placement placement;
  private final Map<String, String> incarnations;
  private final String newIds;
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
   * @param newIds what the ids of the counters begin with.
   */
  CurledServer(
      final Map<String, Integer> ports,
      final Placement placement,
      final Map<String, String> incarnations,
      final String newIds) {
    this.ports = ports;
    this.placement = placement;
    this.incarnations = incarnations;
    this.newIds = newIds;
  }

  @Override
  public Response exchange(
      final String method, final String target, final String headers, final String body) {
    final String path = withNewIds(TARGET_ID, target);
    final String items = withNewIds(BODY_ID, body);
    final String id = firstId(path + ' ' + items);
    final long startNs = aheadNs();
    final List<String> lines = curl(command(portFor(id), method, path, headers, items));
    if (path.startsWith("/counter")) {
      onBegun(startNs);
      onRead();
    }
    return response(lines, method.equals("HEAD"));
  }

  private void onBegun(final long startNs) {
    earliestNs = Math.min(earliestNs, startNs);
    leastAheadNs = startNs;
  }

  private void onRead() {
    mostAheadNs = aheadNs();
    latestNs = Math.max(latestNs, mostAheadNs);
  }

  private String withNewIds(final Pattern beforeId, final String text) {
    return beforeId.matcher(text).replaceAll(before -> before.group() + newIds);
  }

  private String withOwnIds(final String text) {
    return text.replace('"' + newIds, "\"");
  }

  private static String firstId(final String text) {
    final Matcher first = ANY_ID.matcher(text);
    return first.find() ? first.group(1) : "";
  }

  @Override
  public ContractStream watch(final String target, final String headers) {
    final String path = withNewIds(TARGET_ID, target);
    final List<String> command = command(portFor(firstId(path)), "GET", path, headers, "");
    command.add("--no-buffer");
    onBegun(aheadNs());
    return new CurledStream(
        Child.start(command, environment -> {}),
        CurledServer::head,
        line -> {
          onRead();
          return withOwnIds(line);
        });
  }

  private int portFor(final String id) {
    final List<String> others =
        ports.keySet().stream()
            .filter(node -> ports.size() == 1 || !node.equals(placement.owner(id)))
            .toList();
    return ports.get(others.get(requests++ % others.size()));
  }

  private static List<String> curl(final List<String> command) {
    try (Child curl = Child.start(command, environment -> {})) {
      assertEquals(0, curl.awaitExit(LIMIT), curl::picture);
      return curl.output();
    }
  }

  private static List<String> command(
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
    return command;
  }

  private static Response head(final List<String> lines) {
    final String[] status = lines.get(0).split(" ", 3);
    assertEquals("HTTP/1.1", status[0]);
    final Map<String, String> headers = new LinkedHashMap<>();
    for (final String line : lines.subList(1, lines.size())) {
      final int colon = line.indexOf(": ");
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    return new Response(Integer.parseInt(status[1]), status[2], headers, new byte[0]);
  }

  private Response response(final List<String> lines, final boolean isHead) {
    final int headersEnd = lines.indexOf("");
    final Response head = head(lines.subList(0, headersEnd));
    final StringBuilder body = new StringBuilder();
    lines.subList(headersEnd + 1, lines.size()).forEach(line -> body.append(line).append('\n'));
    if (!isHead) {
      final int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
      assertEquals(length, body.toString().getBytes(UTF_8).length, lines::toString);
    }
    final byte[] content = withOwnIds(body.toString()).getBytes(UTF_8);
    return new Response(head.status(), head.reason(), head.headers(), content);
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
    final String owner = placement.owner(newIds + counterId);
    assertEquals(incarnations.computeIfAbsent(owner, o -> incarnation), incarnation, owner);
  }
}
