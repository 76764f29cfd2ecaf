package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.ClusterSettings;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads of many counters in one request, over sockets. */
@Timeout(60)
class CounterReadsTest {
  private static final int LOOPS = 2;

  private static CounterServer launch() {
    return new CounterServer(LOOPS, true, SystemNanoClock.INSTANCE, context -> {});
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  @Test
  void shouldReadCountersInTheOrderOfTheQuery() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      client.exchange(RawClient.post("/counter/a/increment", "{\"amount\":5}"));
      client.exchange(RawClient.post("/counter/b%20c%26%C3%A4/increment", ""));
      final Response response =
          client.exchange(RawClient.get("/counters?id=b+c%26%C3%A4&id=none&&id=a&%69d=a"));
      assertEquals(
          "{\"items\":[{\"counter_id\":\"b c&ä\",\"value\":1},{\"counter_id\":\"none\",\"value\":0},"
              + "{\"counter_id\":\"a\",\"value\":5},{\"counter_id\":\"a\",\"value\":5}]}\n",
          response.body());
      assertEquals(200, response.status());
      assertNull(response.header("Tally-Incarnation"));
      assertNull(response.header("ETag"));
      assertEquals(2, server.engine.entityCount());
    }
  }

  @Test
  void shouldAnswerHeadWithoutABody() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      client.send("HEAD /counters?id=a HTTP/1.1\r\nHost: t\r\n\r\n");
      final Response head = client.read(true);
      assertEquals(200, head.status());
      final Response get = client.exchange(RawClient.get("/counters?id=a"));
      assertEquals(get.header("Content-Length"), head.header("Content-Length"));
    }
  }

  @Test
  void shouldReadAHundredCountersAndNotOneMore() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      final String query =
          IntStream.range(0, 100)
              .mapToObj(i -> "id=c" + i)
              .collect(Collectors.joining("&", "?", ""));
      final Response response = client.exchange(RawClient.get("/counters" + query));
      assertEquals(200, response.status(), response.body());
      assertTrue(response.body().endsWith("{\"counter_id\":\"c99\",\"value\":0}]}\n"));
      final Response tooMany = client.exchange(RawClient.get("/counters" + query + "&id=x"));
      assertEquals(413, tooMany.status());
      assertTrue(tooMany.body().startsWith("{\"type\":\"/problems/too-many-items\""));
    }
  }

  @Test
  void shouldSayWhoseOwnerIsAway() throws IOException {
    try (CounterServer server =
            new CounterServer(
                LOOPS,
                true,
                SystemNanoClock.INSTANCE,
                context -> context.cluster(ClusterSettings.of(List.of("node-0", "node-1"))));
        RawClient client = server.connect()) {
      final String query =
          IntStream.range(0, 64)
              .mapToObj(i -> "id=c" + i)
              .collect(Collectors.joining("&", "?", ""));
      final Response response = client.exchange(RawClient.get("/counters" + query));
      assertEquals(200, response.status());
      final String away = "\",\"status\":503,\"type\":\"/problems/no-owner\"}";
      final int count = response.body().split(Pattern.quote(away), -1).length - 1;
      assertTrue(count > 0 && count < 64, response.body());
      assertEquals(Integer.toString(count), response.header("Tally-Failed-Items"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /counters?id= | invalid-id | id is empty
          /counters?id | invalid-id | id is empty
          /counters?id=a&id=%00 | invalid-id | the counter id has a control character
          /counters?id=%FF | invalid-id | the counter id is not valid UTF-8
          /counters?id=%zz | bad-request | the query has a % that two hexadecimal digits do not follow
          /counters?id=a&x=1 | unknown-parameter | not known here
          /counters?ID=a | unknown-parameter | not known here
          """)
  void shouldRefuseABadQuery(final String target, final String slug, final String detail)
      throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      final Response refused = client.exchange(RawClient.get(target));
      assertEquals(400, refused.status(), refused.body());
      assertTrue(refused.body().startsWith("{\"type\":\"/problems/" + slug + "\""), refused.body());
      assertTrue(refused.body().contains(detail), refused.body());
    }
  }

  @Test
  void shouldRefuseAnIdThatIsTooLong() throws IOException {
    try (CounterServer server = launch();
        RawClient client = server.connect()) {
      assertEquals(200, client.exchange(RawClient.get("/counters?id=" + "x".repeat(256))).status());
      final Response refused = client.exchange(RawClient.get("/counters?id=" + "x".repeat(257)));
      assertEquals(400, refused.status());
      assertTrue(refused.body().contains("id is longer than 256 bytes"), refused.body());
    }
  }
}
