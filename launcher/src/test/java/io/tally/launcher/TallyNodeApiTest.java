package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.StableHash;
import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.net.URI;
import java.util.List;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The OpenAPI document beside a whole node: its pages, and the examples on a clock that goes on.
 */
@Timeout(60)
class TallyNodeApiTest {
  @Test
  void shouldDocumentAllThatANodeServes() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.three());
        RawClient client = new RawClient(URI.create(node.url()).getPort())) {
      final ApiDocument document = ApiDocument.read(client);
      document.checkRules();
      document.checkEndpoints(client);
      for (final String page :
          List.of("/", "/readyz", "/livez", "/cluster", "/cluster?id=a", "/openapi.json")) {
        final Response response = client.exchange(RawClient.get(page));
        assertEquals(200, response.status(), page);
        document.check("GET", page, "", response);
      }
      final List<ApiDocument.Call> examples = document.examples();
      assertTrue(examples.size() > 15, examples::toString);
      for (final ApiDocument.Call call : examples) {
        try (RawClient own = new RawClient(URI.create(node.url()).getPort())) {
          final Response response = call.exchange(own);
          assertEquals(call.status(), response.status(), () -> call + " -> " + response.body());
          document.check(call.method(), call.target(), call.body(), response);
        }
      }
    }
  }

  @Test
  void shouldSayWhereAnEntityOfAnyServiceLies() throws Exception {
    final NodeConfig config = TestNodes.alone(Turnstile.hosted());
    try (TallyNode node = TallyNode.launch(config);
        RawClient client = new RawClient(URI.create(node.url()).getPort())) {
      final ApiDocument document = ApiDocument.read(client);
      final String page = "/cluster?id=a";
      final Response response = client.exchange(RawClient.get(page));
      document.check("GET", page, "", response);
      final int shard = StableHash.shard(StableHash.placement(new byte[] {'a'}, 0, 1), 64);
      final String last = ",\"entity\":{\"shard\":" + shard + ",\"owner\":0}}";
      assertTrue(response.body().strip().endsWith(last), response::body);
      assertEquals(400, client.exchange(RawClient.get("/cluster?counter=a")).status());
    }
  }
}
