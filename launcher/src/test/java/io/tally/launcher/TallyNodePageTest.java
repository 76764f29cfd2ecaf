package io.tally.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node shows at its root. */
@Timeout(60)
class TallyNodePageTest {
  private static final String BROWSER =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  private HttpResponse<String> root(final TallyNode node, final String accept)
      throws IOException, InterruptedException {
    return TestNodes.CLIENT.send(
        TestNodes.request(node.url() + "/").header("Accept", accept).build(),
        BodyHandlers.ofString());
  }

  private static String header(final HttpResponse<String> response, final String name) {
    return response.headers().firstValue(name).orElseThrow();
  }

  @Test
  void shouldShowBrowsersThePageOfTheCountersAndOthersTheHelpText() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.alone())) {
      final HttpResponse<String> page = root(node, BROWSER);
      assertEquals(200, page.statusCode());
      assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
      final String policy = header(page, "Content-Security-Policy");
      for (final String element : List.of("style", "script")) {
        final String hash = hash(contentOf(element, page.body()));
        assertTrue(policy.contains(element + "-src 'sha256-" + hash + "';"), policy);
      }
      final HttpResponse<String> help = root(node, "*/*");
      assertEquals("text/plain", header(help, "Content-Type"));
      assertTrue(help.body().startsWith("Tally: exact, distributed counters\n"), help.body());
    }
  }

  private static String contentOf(final String element, final String html) {
    final String begin = "<" + element + ">";
    return html.substring(html.indexOf(begin) + begin.length(), html.indexOf("</" + element + ">"));
  }

  private static String hash(final String text) throws Exception {
    final byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return Base64.getEncoder().encodeToString(digest);
  }

  @Test
  void shouldShowBrowsersTheHelpTextOfAServiceWithoutAPage() throws Exception {
    try (TallyNode node = TallyNode.launch(TestNodes.alone(Turnstile.hosted()))) {
      final String help = root(node, BROWSER).body();
      assertTrue(help.contains("POST /turnstile/{id}/pass"), help);
      assertEquals(help, root(node, "*/*").body());
    }
  }
}
