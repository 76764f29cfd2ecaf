package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.EngineSettings;
import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The OpenAPI document of the counters, beside a server of them whose clock stands still. */
@Timeout(60)
class CounterApiTest {
  private static final Set<String> OPERATIONS =
      Set.of(
          "incrementCounter",
          "limitCounter",
          "incrementCounters",
          "getCounter",
          "getCounters",
          "setCounter",
          "deleteCounter");

  /** So many the examples need that are told values; there is no room for the last one. */
  private static final int WATCHES = 3;

  private final List<RawClient> streams = new ArrayList<>();
  private CounterServer server;
  private RawClient client;
  private ApiDocument document;

  @BeforeEach
  void launch() throws IOException {
    final CachedNanoClock clock = new CachedNanoClock();
    clock.update(1);
    server =
        new CounterServer(
            1,
            true,
            clock,
            context -> context.settings(EngineSettings.DEFAULT.withWatches(WATCHES)));
    client = server.connect();
    document = ApiDocument.read(client);
  }

  @AfterEach
  void close() throws IOException {
    for (final RawClient stream : streams) {
      stream.close();
    }
    client.close();
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  @Test
  void shouldFollowTheRulesOfOpenApiAndTheServer() throws IOException {
    document.checkRules();
    document.checkEndpoints(client);
  }

  @Test
  void shouldAnswerEachExampleAsItSays() throws IOException {
    final Set<String> methods = new TreeSet<>();
    for (final ApiDocument.Call call : document.examples()) {
      if (call.isStream()) {
        streams.add(server.connect());
      }
      final Response response =
          call.exchange(call.isStream() ? streams.get(streams.size() - 1) : client);
      assertEquals(call.status(), response.status(), () -> call + " -> " + response.body());
      assertEquals(call.mediaType(), response.header("Content-Type"), call::toString);
      assertEquals(call.answer(), response.body(), call::toString);
      document.check(call.method(), call.target(), call.body(), response);
      methods.add(call.method());
    }
    assertEquals(Set.of("GET", "POST", "PUT", "DELETE"), methods);
    assertEquals(3, streams.size());
  }

  @Test
  void shouldDescribeEachOperationWithItsParametersMembersAndAnExample() {
    for (final String name : OPERATIONS) {
      final JsonNode operation = document.operation(name);
      assertTrue(operation.has("description"), name);
      for (final JsonNode parameter : operation.path("parameters")) {
        assertTrue(parameter.has("description"), () -> name + " " + parameter);
      }
      final JsonNode body = operation.at("/requestBody/content/application~1json/schema");
      for (final JsonNode member : body.path("properties")) {
        assertTrue(member.has("description"), () -> name + " " + member);
      }
      assertFalse(operation.findValues("examples").isEmpty(), name);
    }
  }
}
