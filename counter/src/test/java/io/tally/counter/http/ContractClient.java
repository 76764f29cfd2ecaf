package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.CachedNanoClock;

/**
 * Sends the requests of a section of {@code contract.txt} and compares the answers, header by
 * header and byte by byte. All of it has to be in the OpenAPI document, too.
 *
 * <p>A request is a line {@code METHOD target body}, with headers on the lines that follow. Its
 * answer is a line {@code status body}, with the headers on the lines that follow, but for those
 * that follow from the rest. A body that is no JSON is short for a problem document: {@code slug:
 * detail}, and perhaps {@code | } and the members that it has before the outcome. {@code $name}
 * stands for an entity tag, and another name for another one of the same counter. {@code after N
 * ms} lets time pass.
 */
final class ContractClient implements AutoCloseable {
  private static final Pattern STATUS = Pattern.compile("(\\d{3})(?: (.*))?");
  private static final Pattern WAIT = Pattern.compile("after (\\d+) ms");
  private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (\\S+)(?: (.*))?");
  private static final Pattern PROBLEM = Pattern.compile("([a-z-]+): ([^|]*?)(?: \\| (.*))?");
  private static final Pattern ID = Pattern.compile("/counter/([^/?]+).*");
  private static final Pattern TAG = Pattern.compile("\"29-[1-9a-f][0-9a-f]*\"");
  private static final Set<String> IMPLIED =
      Set.of("date", "content-length", "content-type", "tally-incarnation");

  private final CounterServer server;
  private final CachedNanoClock clock;
  private final Map<String, String> tags = new HashMap<>();
  private final Set<String> tagsOfTargets = new HashSet<>();
  private final ApiDocument document;
  private RawClient connection;

  ContractClient(final CounterServer server, final CachedNanoClock clock) throws IOException {
    this.server = server;
    this.clock = clock;
    connection = server.connect();
    document = ApiDocument.read(connection);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  void run(final List<String> lines) throws IOException {
    int steps = 0;
    int at = 0;
    while (at < lines.size()) {
      final String line = lines.get(at);
      final Matcher wait = WAIT.matcher(line);
      if (wait.matches()) {
        pass(Long.parseLong(wait.group(1)));
        at++;
      } else if (line.isBlank()) {
        at++;
      } else {
        at = exchange(lines, at);
        steps++;
      }
    }
    assertTrue(steps > 0, "no request");
  }

  /** The connection may have been idle for longer than it may. */
  private void pass(final long durationMs) throws IOException {
    connection.close();
    server.pass(clock, durationMs);
    connection = server.connect();
  }

  private int exchange(final List<String> lines, final int start) throws IOException {
    final Matcher request = REQUEST.matcher(lines.get(start));
    assertTrue(request.matches(), lines.get(start));
    final String method = request.group(1);
    final String target = request.group(2);
    int at = start + 1;
    final StringBuilder headers = new StringBuilder();
    while (!STATUS.matcher(lines.get(at)).matches()) {
      headers.append(withTags(lines.get(at++))).append("\r\n");
    }
    final Matcher status = STATUS.matcher(lines.get(at++));
    assertTrue(status.matches());
    final Map<String, String> expected = new TreeMap<>();
    while (at < lines.size() && !lines.get(at).isBlank()) {
      final String[] header = lines.get(at++).split(": ", 2);
      expected.put(header[0].toLowerCase(Locale.ROOT), header[1]);
    }
    final String body = request.group(3) == null ? "" : request.group(3);
    connection.send(RawClient.request(method, target, headers.toString(), body));
    final Response response = connection.read(method.equals("HEAD"));
    document.check(method, target, body, response);
    final String what = lines.get(start) + " -> " + response.body();
    assertEquals(Integer.parseInt(status.group(1)), response.status(), what);
    final String wanted = status.group(2) == null ? "" : status.group(2);
    final boolean reads = method.equals("GET") || method.equals("HEAD");
    if (!wanted.isEmpty()) {
      assertEquals(body(wanted, target, response.status(), reads), response.body(), what);
    } else if (!method.equals("HEAD")) {
      assertEquals("", response.body(), what);
    }
    if (reads) {
      expected.put("vary", "Accept");
      expected.put("cache-control", "no-store");
    }
    checkHeaders(expected, target, response, what);
    return at;
  }

  private void checkHeaders(
      final Map<String, String> expected,
      final String target,
      final Response response,
      final String what) {
    final Map<String, String> actual = new TreeMap<>(response.headers());
    actual.keySet().removeAll(IMPLIED);
    final String variable = expected.get("etag");
    if (variable != null && actual.containsKey("etag")) {
      bind(variable, target, actual.get("etag"), what);
      expected.put("etag", tags.get(variable));
    }
    assertEquals(expected, actual, what);
    final String type = response.header("Content-Type");
    if (response.status() == 200 && response.content().length > 0) {
      final boolean json = response.body().startsWith("{");
      assertEquals(json ? "application/json" : "text/plain", type, what);
    } else if (response.status() >= 400) {
      assertEquals("application/problem+json", type, what);
    }
    if (response.status() < 400 && response.status() != 204 || actual.containsKey("etag")) {
      assertEquals("41", response.header("Tally-Incarnation"), what);
    }
  }

  /** A name that is new stands for a tag that this counter did not have before. */
  private void bind(
      final String variable, final String target, final String tag, final String what) {
    assertTrue(TAG.matcher(tag).matches(), tag);
    if (!tags.containsKey(variable)) {
      final Matcher id = ID.matcher(target);
      assertTrue(id.matches(), target);
      assertTrue(tagsOfTargets.add(id.group(1) + tag), what + ": an earlier ETag: " + tag);
      tags.put(variable, tag);
    }
  }

  private String withTags(final String header) {
    String with = header;
    for (final Map.Entry<String, String> tag : tags.entrySet()) {
      with = with.replaceAll(Pattern.quote(tag.getKey()) + "(?![a-z0-9])", tag.getValue());
    }
    if (with.contains("$")) {
      fail("no such entity tag: " + header);
    }
    return with;
  }

  private String body(
      final String wanted, final String target, final int status, final boolean reads)
      throws IOException {
    final Matcher problem = PROBLEM.matcher(wanted);
    if (!problem.matches()) {
      return wanted + "\n";
    }
    final Response page = connection.exchange(RawClient.get("/problems/" + problem.group(1)));
    assertEquals(200, page.status(), wanted);
    final String title = page.body().substring(0, page.body().indexOf("\n\n"));
    final Matcher id = ID.matcher(target);
    return "{\"type\":\"/problems/"
        + problem.group(1)
        + "\",\"title\":\""
        + title
        + "\",\"status\":"
        + status
        + ",\"detail\":\""
        + problem.group(2)
        + "\""
        + (id.matches() ? ",\"counter_id\":\"" + id.group(1) + "\"" : "")
        + (problem.group(3) == null ? "" : "," + problem.group(3))
        + (reads ? "" : ",\"outcome\":\"not_applied\"")
        + "}\n";
  }
}
