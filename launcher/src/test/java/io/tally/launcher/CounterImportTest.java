package io.tally.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class CounterImportTest {
  private final CachedNanoClock clock = new CachedNanoClock();
  private final List<Long> pauses = new ArrayList<>();
  private final List<String> messages = new ArrayList<>();
  private List<String> requests = List.of();
  private long set;
  private long leftOut;

  private void run(final BiFunction<Integer, String, String> script, final String... lines)
      throws IOException, ImportException {
    try (ScriptedNode node = new ScriptedNode(script)) {
      requests = node.requests;
      run(node.url(), lines);
    }
  }

  private void run(final String url, final String... lines) throws IOException, ImportException {
    try (ImportConnection connection = new ImportConnection(ImportTarget.of(url))) {
      final CounterImport counters =
          new CounterImport(
              connection,
              TimeUnit.SECONDS.toNanos(30),
              clock,
              ms -> {
                pauses.add(ms);
                clock.advance(TimeUnit.MILLISECONDS.toNanos(ms));
              },
              messages::add);
      final byte[] input = String.join("\n", lines).getBytes(UTF_8);
      try {
        counters.run(new ImportReader(new ByteArrayInputStream(input)));
      } finally {
        set = counters.setCount();
        leftOut = counters.leftOutCount();
      }
    }
  }

  private static String line(final String id, final long value) {
    return "{\"id\":\"" + id + "\",\"value\":" + value + ",\"version\":9}";
  }

  private static String put(final String id, final long value) {
    return "/counter/" + id + " {\"value\":" + value + "}";
  }

  private ImportException fails(
      final BiFunction<Integer, String, String> script, final String... lines) {
    return assertThrows(ImportException.class, () -> run(script, lines));
  }

  @Test
  void shouldSetValueAndEndOfEachCounter() throws Exception {
    run(
        (number, request) -> ScriptedNode.OK,
        "{\"id\":\"a b/ü?%\",\"value\":-9223372036854775808,\"ttl_ms\":5,\"version\":7}",
        line("A-z_0.9~", 1));
    assertEquals(
        List.of(
            "/counter/a%20b%2F%C3%BC%3F%25 {\"value\":-9223372036854775808,\"ttl_ms\":5}",
            put("A-z_0.9~", 1)),
        requests);
    assertEquals(2, set);
    assertEquals(List.of(), messages);
  }

  @Test
  void shouldSetManyInOrder() throws Exception {
    run(
        (number, request) -> ScriptedNode.OK,
        IntStream.range(0, 1_000).mapToObj(i -> line("c" + i, i)).toArray(String[]::new));
    assertEquals(
        IntStream.range(0, 1_000).mapToObj(i -> put("c" + i, i)).toList(), List.copyOf(requests));
    assertEquals(1_000, set);
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 Service Unavailable", "504 Timeout", "500 Internal", "408 Timeout"})
  void shouldSendAgainWhatMayGoWellLater(final String status) throws Exception {
    run(
        (number, request) ->
            number == 1 || number == 3
                ? ScriptedNode.problem(status, "", "later")
                : ScriptedNode.OK,
        line("a", 1),
        line("b", 2),
        line("c", 3));
    assertEquals(
        List.of(put("a", 1), put("b", 2), put("c", 3), put("b", 2), put("b", 2)), requests);
    assertEquals(3, set);
    assertEquals(List.of(100L, 200L), pauses);
    assertEquals(
        List.of("line 2: trying again, " + status.substring(0, 3) + " later: why later"), messages);
  }

  @Test
  void shouldSendAgainWhatWasNotAnsweredOnAnotherConnection() throws Exception {
    run(
        (number, request) ->
            number == 1
                ? ScriptedNode.CLOSE
                : number == 2
                    ? ScriptedNode.answer("200 OK", "Connection: close\r\n", "{}")
                    : ScriptedNode.OK,
        line("a", 1),
        line("b", 2),
        line("c", 3));
    assertEquals(List.of(put("a", 1), put("b", 2), put("b", 2), put("c", 3)), requests);
    assertEquals(3, set);
  }

  @Test
  void shouldNameTheLineThatIsRefused() {
    final BiFunction<Integer, String, String> script =
        (number, request) ->
            number == 1
                ? ScriptedNode.problem("409 Conflict", "", "kind-mismatch")
                : ScriptedNode.OK;
    assertEquals(
        "line 3: refused, 409 kind-mismatch: why kind-mismatch",
        fails(script, line("a", 1), "", line("b", 2)).getMessage());
    assertEquals(1, set);
    assertEquals(List.of(), pauses);
  }

  @Test
  void shouldNotRetryWhatARetryWouldNotChange() {
    assertEquals(
        "line 1: refused, 414 too-large: why too-large",
        fails(
                (number, request) -> ScriptedNode.problem("414 Too Long", "", "too-large"),
                line("a", 1))
            .getMessage());
    assertEquals(1, requests.size());
  }

  @Test
  void shouldSetAllLinesBeforeABadOne() {
    assertEquals(
        "line 3: this is no JSON object",
        fails(
                (number, request) -> ScriptedNode.OK,
                line("a", 1),
                line("b", 2),
                "oops",
                line("c", 3))
            .getMessage());
    assertEquals(List.of(put("a", 1), put("b", 2)), requests);
    assertEquals(2, set);
  }

  @Test
  void shouldLetTheLastOfSeveralLinesOfACounterHold() throws Exception {
    run(
        (number, request) ->
            number == 0
                ? ScriptedNode.problem("503 Service Unavailable", "", "busy")
                : ScriptedNode.OK,
        line("a", 1),
        line("b", 7),
        line("a", 2),
        line("a", 3));
    assertEquals(
        List.of(put("a", 1), put("b", 7), put("a", 1), put("a", 2), put("a", 3)), requests);
    assertEquals(4, set);
  }

  /** The first request may be held up on its way, and would undo the last line. */
  @ParameterizedTest
  @CsvSource({"'{\"settled_ms\":4500,\"epoch\":1}', 4500", "{}, 2500", "'', 2500"})
  void shouldWaitForWhatIsUnknownBeforeTheNextLineOfTheSameCounter(
      final String cluster, final long settledMs) throws Exception {
    final List<Long> timesMs = new ArrayList<>();
    run(
        (number, request) -> {
          timesMs.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
          if (request.startsWith("GET /cluster ")) {
            return cluster.isEmpty()
                ? ScriptedNode.CLOSE
                : ScriptedNode.answer("200 OK", "", cluster);
          }
          return number == 0 ? ScriptedNode.problem("504 Timeout", "", "timeout") : ScriptedNode.OK;
        },
        line("a", 1),
        line("b", 7),
        line("a", 2),
        line("b", 8),
        line("a", 3));
    requests.removeIf(request -> request.startsWith("GET "));
    assertEquals(
        List.of(put("a", 1), put("b", 7), put("a", 1), put("a", 2), put("b", 8), put("a", 3)),
        requests);
    assertEquals(100, timesMs.get(2));
    final long lastMs = timesMs.get(timesMs.size() - 1);
    assertTrue(lastMs >= settledMs && lastMs < settledMs + 10, timesMs::toString);
  }

  /** It was stopped, say: its sockets go on taking requests. */
  @Test
  void shouldGiveUpInTimeWhereANodeTakesRequestsAndDoesNotAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        ImportConnection connection =
            new ImportConnection(ImportTarget.of("http://127.0.0.1:" + silent.getLocalPort()))) {
      final CounterImport counters =
          new CounterImport(connection, 1, SystemNanoClock.INSTANCE, pauses::add, messages::add);
      final byte[] input = line("a", 1).getBytes(UTF_8);
      final ImportException fault =
          assertThrows(
              ImportException.class,
              () -> counters.run(new ImportReader(new ByteArrayInputStream(input))));
      assertTrue(fault.getMessage().startsWith("line 1: given up, "), fault::getMessage);
      assertEquals(List.of(), pauses);
    }
  }

  @Test
  void shouldLeaveOutWhatCannotBeSetAndNameSome() throws Exception {
    final List<String> lines = new ArrayList<>(List.of(line("a", 1)));
    for (int i = 0; i < 15; i++) {
      lines.add("{\"id\":\"r" + i + "\",\"value\":2,\"ttl_ms\":9,\"kind\":\"rate\"}");
    }
    lines.add(line("b", 2));
    run((number, request) -> ScriptedNode.OK, lines.toArray(new String[0]));
    assertEquals(List.of(put("a", 1), put("b", 2)), requests);
    assertEquals(2, set);
    assertEquals(15, leftOut);
    assertEquals(11, messages.size());
    assertEquals("line 2: left out, since the kind rate cannot be set: r0", messages.get(0));
  }

  @Test
  void shouldGiveUpWhenNothingIsSetForLong() {
    final ImportException fault =
        fails(
            (number, request) ->
                number == 0
                    ? ScriptedNode.OK
                    : ScriptedNode.problem("503 Service Unavailable", "", "no-owner"),
            line("a", 1),
            line("b", 2));
    assertEquals("line 2: given up, 503 no-owner: why no-owner", fault.getMessage());
    assertEquals(1, set);
    final long waitedMs = pauses.stream().mapToLong(Long::longValue).sum();
    assertTrue(waitedMs >= 30_000 && waitedMs < 33_000, pauses::toString);
    assertEquals(1, messages.size());
  }

  @Test
  void shouldGiveUpWhereNobodyListensAndWhereNoNodeDoes() throws Exception {
    // A port that is only closed may be somebody else's by then.
    try (Socket silent = new Socket()) {
      silent.bind(new InetSocketAddress("127.0.0.1", 0));
      final String nobody = "http://127.0.0.1:" + silent.getLocalPort();
      final ImportException refused =
          assertThrows(ImportException.class, () -> run(nobody, line("a", 1)));
      assertTrue(refused.getMessage().startsWith("line 1: given up, "), refused::getMessage);
    }
    for (final String strange :
        List.of(
            "SSH-2.0-x\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")) {
      final ImportException fault = fails((number, request) -> strange, line("a", 1));
      assertTrue(fault.getMessage().contains("the answer "), fault::getMessage);
      assertEquals(0, set);
    }
  }

  @Test
  void shouldImportBelowAPath() throws Exception {
    try (ScriptedNode node = new ScriptedNode((number, request) -> ScriptedNode.OK)) {
      run(node.url() + "/tally/", line("a", 1));
      assertEquals(List.of("/tally/counter/a {\"value\":1}"), node.requests);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8181",
        "https://localhost:8181",
        "http://",
        "http://a b",
        "http://user:secret@localhost",
        "http://localhost?x=1",
        "",
      })
  void shouldRefuseAUrlThatIsNoneOfANode(final String url) {
    assertThrows(IllegalArgumentException.class, () -> ImportTarget.of(url));
  }
}
