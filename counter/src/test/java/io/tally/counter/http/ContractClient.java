package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends the requests of a section of {@code contract.txt} and compares the answers, header by
 * header and byte by byte.
 *
 * <p>A request is a line {@code METHOD target body}, with headers on the lines that follow. Its
 * answer is a line {@code status body}, with the headers on the lines that follow, but for those
 * that follow from the rest. A body that is no JSON is short for a problem document: {@code slug:
 * detail}, and perhaps {@code | } and the members that it has before the outcome. {@code $name}
 * stands for an entity tag, and another name for another one of the same counter; or for the cursor
 * of a next page. {@code after N ms} lets time pass; before {@code after 1 ms} comes the last
 * moment in which something holds. The times in an answer are what the server says of them: {@code
 * ttl_ms} exactly, and the seconds in headers rounded up.
 *
 * <p>What a stream tells stands as it is sent: its first line as the body of the answer, and each
 * event by itself, where it comes. Of events that follow each other, any may be the first. The id
 * of an event is an entity tag without its quotes; that of a counter which does not exist is {@code
 * $none}.
 */
public final class ContractClient {
  private static final Pattern STATUS = Pattern.compile("(\\d{3})(?: (.*))?");
  private static final Pattern WAIT = Pattern.compile("after (\\d+) ms");
  private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (\\S+)(?: (.*))?");
  private static final Pattern PROBLEM = Pattern.compile("([a-z-]+): ([^|]*?)(?: \\| (.*))?");
  private static final Pattern ID = Pattern.compile("/counter/([^/?]+).*");
  private static final Pattern TAG = Pattern.compile("\"([0-9a-f]+)-[1-9a-f][0-9a-f]*\"");
  private static final Pattern LEFT = Pattern.compile("\"ttl_ms\":(\\d+)");
  private static final Pattern ITEM =
      Pattern.compile("(\"counter_id\":\"([^\"]+)\",[^{}]*\"incarnation\":)\"(\\d+)\"");
  private static final Pattern SECONDS = Pattern.compile("(.*;t=)(\\d+)");
  private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]+)\"");
  private static final Pattern NAME = Pattern.compile("\\$[a-z]+");
  private static final Pattern NO_COUNTER = Pattern.compile("id: ([0-9a-f]+)-0");
  private static final Pattern DATA_ID = Pattern.compile("data: \\{\"counter_id\":\"([^\"]+)\".*");
  private static final String STREAM_TYPE = "text/event-stream";

  /** Said by a shard, of the life that it has now. */
  private static final int GONE = 410;

  private static final String NONE = "$none";
  private static final String EVENT = "event: ";
  private static final String STREAM = "retry: ";
  private static final String LAST_MOMENT = "after 1 ms";
  private static final Set<String> IMPLIED =
      Set.of("date", "content-length", "content-type", "tally-incarnation");

  private final ContractServer server;
  private final Map<String, String> tags = new HashMap<>();
  private final Set<String> tagsOfTargets = new HashSet<>();

  /** The one that was begun last. */
  private ContractStream stream;

  /** Whether the last answer told another time than the document. */
  private boolean isLater;

  /** Creates a client for one section. */
  public ContractClient(final ContractServer server) {
    this.server = server;
  }

  /** Fails where an answer is not as the lines of a section say. */
  public void run(final List<String> lines) throws IOException {
    try {
      runAll(lines);
    } finally {
      closeStream();
    }
  }

  private void closeStream() throws IOException {
    if (stream != null) {
      stream.close();
    }
  }

  private void runAll(final List<String> lines) throws IOException {
    int steps = 0;
    int at = 0;
    while (at < lines.size()) {
      final String line = lines.get(at);
      final Matcher wait = WAIT.matcher(line);
      if (wait.matches()) {
        at++;
        server.pass(Long.parseLong(wait.group(1)), isBeforeLastMoment(lines, at));
      } else if (line.isBlank()) {
        at++;
      } else {
        at = line.startsWith(EVENT) ? readEvents(lines, at) : exchange(lines, at);
        steps++;
      }
    }
    assertTrue(steps > 0, "no request");
  }

  private static boolean isBeforeLastMoment(final List<String> lines, final int start) {
    return lines.subList(start, lines.size()).stream()
        .filter(line -> WAIT.matcher(line).matches())
        .findFirst()
        .filter(LAST_MOMENT::equals)
        .isPresent();
  }

  private int exchange(final List<String> lines, final int start) throws IOException {
    final Matcher request = REQUEST.matcher(lines.get(start));
    assertTrue(request.matches(), lines.get(start));
    final String method = request.group(1);
    final String target = withTags(request.group(2));
    int at = start + 1;
    final StringBuilder headers = new StringBuilder();
    while (!STATUS.matcher(lines.get(at)).matches()) {
      final String header = lines.get(at++);
      headers
          .append(header.startsWith("Last-Event-ID") ? withoutQuotes(header) : withTags(header))
          .append("\r\n");
    }
    final Matcher status = STATUS.matcher(lines.get(at++));
    assertTrue(status.matches());
    final Map<String, String> expected = new TreeMap<>();
    while (at < lines.size() && !lines.get(at).isBlank()) {
      final String[] header = lines.get(at++).split(": ", 2);
      expected.put(header[0].toLowerCase(Locale.ROOT), header[1]);
    }
    final String body = request.group(3) == null ? "" : request.group(3);
    final String wanted = status.group(2) == null ? "" : status.group(2);
    if (wanted.startsWith(STREAM)) {
      watch(target, headers.toString(), wanted, expected);
      return at;
    }
    final Response response = server.exchange(method, target, headers.toString(), body);
    final String what = lines.get(start) + " -> " + response.body();
    assertEquals(Integer.parseInt(status.group(1)), response.status(), what);
    final boolean reads = method.equals("GET") || method.equals("HEAD");
    isLater = false;
    if (!wanted.isEmpty()) {
      final String full =
          body(withCursor(wanted, response.body()), target, response.status(), reads);
      assertEquals(full, withTimeLeft(full, withoutIncarnations(response.body())), what);
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

  private void watch(
      final String target,
      final String headers,
      final String firstLine,
      final Map<String, String> expected)
      throws IOException {
    closeStream();
    stream = server.watch(target, headers);
    final Response head = stream.head();
    assertEquals(200, head.status(), target);
    assertEquals(STREAM_TYPE, head.header("Content-Type"), target);
    expected.putAll(Map.of("vary", "Accept", "cache-control", "no-store", "connection", "close"));
    final Map<String, String> actual = new TreeMap<>(head.headers());
    actual.keySet().removeAll(IMPLIED);
    assertEquals(expected, actual, target);
    assertEquals(List.of(firstLine), stream.next(), target);
  }

  /** Those that follow each other, in any order. */
  private int readEvents(final List<String> lines, final int start) throws IOException {
    final List<String> expected = new ArrayList<>();
    final List<String> actual = new ArrayList<>();
    int at = start;
    while (at < lines.size() && lines.get(at).startsWith(EVENT)) {
      int end = at + 1;
      while (end < lines.size() && !lines.get(end).isBlank()) {
        end++;
      }
      final List<String> event = new ArrayList<>();
      for (final String line : lines.subList(at, end)) {
        event.add(line.startsWith("id: ") ? withoutQuotes(line) : line);
      }
      expected.add(String.join("\n", event));
      actual.add(String.join("\n", withoutTagOfNone(stream.next())));
      at = end + 1;
    }
    Collections.sort(expected);
    Collections.sort(actual);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), withTimeLeft(expected.get(i), actual.get(i)));
    }
    return at;
  }

  /** The document does not know in which incarnation there is no counter. */
  private List<String> withoutTagOfNone(final List<String> event) {
    final Matcher none = NO_COUNTER.matcher(event.size() > 2 ? event.get(1) : "");
    if (!none.matches()) {
      return event;
    }
    final Matcher data = DATA_ID.matcher(event.get(2));
    assertTrue(data.matches(), event::toString);
    server.checkIncarnation(data.group(1), Long.toString(Long.parseLong(none.group(1), 16)));
    return List.of(event.get(0), "id: " + NONE, event.get(2));
  }

  private String withoutQuotes(final String line) {
    return line.endsWith(NONE) ? line : withTags(line).replace("\"", "");
  }

  /** Takes the cursor of the next page from an answer, if the document gives it a new name. */
  private String withCursor(final String wanted, final String answer) {
    final Matcher name = NEXT.matcher(wanted);
    final Matcher cursor = NEXT.matcher(answer);
    if (!name.find() || !cursor.find()) {
      return wanted;
    }
    assertTrue(NAME.matcher(name.group(1)).matches(), wanted);
    tags.putIfAbsent(name.group(1), cursor.group(1));
    return withTags(wanted);
  }

  private void checkHeaders(
      final Map<String, String> expected,
      final String target,
      final Response response,
      final String what) {
    final Map<String, String> actual = new TreeMap<>(response.headers());
    actual.keySet().removeIf(name -> IMPLIED.contains(name) && !expected.containsKey(name));
    checkSeconds(expected, actual, response.body());
    final String variable = expected.get("etag");
    if (variable != null && actual.containsKey("etag")) {
      bind(variable, target, response, what);
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
    final Matcher id = ID.matcher(target);
    final boolean isOfShard =
        response.status() < 400 && response.status() != 204 && !STREAM_TYPE.equals(type);
    if (id.matches() && (isOfShard || actual.containsKey("etag"))) {
      server.checkIncarnation(id.group(1), response.header("Tally-Incarnation"));
    } else if (!id.matches() && response.status() != GONE) {
      assertNull(response.header("Tally-Incarnation"), what);
    }
  }

  /** Each item of a batch names the incarnation of its shard, which the document cannot. */
  private String withoutIncarnations(final String answer) {
    final Matcher item = ITEM.matcher(answer);
    final StringBuilder without = new StringBuilder();
    while (item.find()) {
      server.checkIncarnation(item.group(2), item.group(3));
      item.appendReplacement(without, "$1\"...\"");
    }
    return item.appendTail(without).toString();
  }

  /** The answer with the time of the document, after the server has said that its own is right. */
  private String withTimeLeft(final String expected, final String answer) {
    final Matcher wanted = LEFT.matcher(expected);
    final Matcher shown = LEFT.matcher(answer);
    isLater = wanted.find() && shown.find() && !wanted.group().equals(shown.group());
    if (!isLater) {
      return answer;
    }
    server.checkLeft(Long.parseLong(wanted.group(1)), Long.parseLong(shown.group(1)));
    return shown.replaceFirst(wanted.group());
  }

  /** Seconds in headers are those of the time in the body, where that is not the document's. */
  private void checkSeconds(
      final Map<String, String> expected, final Map<String, String> actual, final String body) {
    final Matcher left = LEFT.matcher(body);
    if (isLater && left.find()) {
      final long seconds = (Long.parseLong(left.group(1)) + 999) / 1_000;
      final Matcher limit = SECONDS.matcher(actual.getOrDefault("ratelimit", ""));
      if (limit.matches()) {
        assertEquals(seconds, Long.parseLong(limit.group(2)), "t of " + body);
        final Matcher wanted = SECONDS.matcher(expected.getOrDefault("ratelimit", ""));
        assertTrue(wanted.matches(), () -> "no t is expected: " + actual);
        actual.put("ratelimit", limit.group(1) + wanted.group(2));
      }
      if (actual.containsKey("retry-after") && expected.containsKey("retry-after")) {
        assertEquals(Long.toString(seconds), actual.get("retry-after"), "Retry-After of " + body);
        actual.put("retry-after", expected.get("retry-after"));
      }
    }
  }

  /** A name that is new stands for a tag that this counter did not have before. */
  private void bind(
      final String variable, final String target, final Response response, final String what) {
    final String tag = response.header("ETag");
    final Matcher form = TAG.matcher(tag);
    assertTrue(form.matches(), tag);
    final long incarnation = Long.parseLong(response.header("Tally-Incarnation"));
    assertEquals(Long.toHexString(incarnation), form.group(1), what);
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
      fail("no such name: " + header);
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
    final Response page = server.exchange("GET", "/problems/" + problem.group(1), "", "");
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
