package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.net.URI;
import java.util.List;
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
          List.of("/", "/readyz", "/livez", "/cluster", "/cluster?counter=a", "/openapi.json")) {
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
}
