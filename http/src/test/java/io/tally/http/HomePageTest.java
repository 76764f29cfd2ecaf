package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands at {@code /} for browsers, and for everybody else. */
@Timeout(60)
class HomePageTest {
  private static final String STYLE = "p { color: red }";
  private static final String SCRIPT = "\nconsole.log('\u00e4');\n";
  private static final String HTML =
      "<!doctype html>\n<title>t</title><style>"
          + STYLE
          + "</style><script>"
          + SCRIPT
          + "</script>\n";

  private static final String BROWSER =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  private TestServer server;

  private RawClient launch(final String... documents) throws IOException {
    server =
        new TestServer(
            settings ->
                settings.moreRows =
                    List.of(documents).stream()
                        .map(html -> Endpoint.home(HtmlDocument.of(html)))
                        .toList());
    return server.connect();
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private static String get(final String accept) {
    return "GET / HTTP/1.1\r\nHost: t\r\nAccept: " + accept + "\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        BROWSER,
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
            + "application/signed-exchange;v=b3;q=0.7",
        "text/html",
        "TEXT/HTML;q=0.5, text/plain;q=0.4",
        "text/html, */*",
        "text/html, text/*",
      })
  void shouldShowBrowsersTheDocument(final String accept) throws IOException {
    try (RawClient client = launch(HTML)) {
      final Response response = client.exchange(get(accept));
      assertEquals(200, response.status());
      assertEquals("text/html; charset=utf-8", response.header("Content-Type"));
      assertEquals("Accept", response.header("Vary"));
      assertEquals(HTML, response.body());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "text/plain",
        "text/*",
        "application/json",
        "text/html;q=0, */*",
        "text/html;q=0",
        "text/html;q=0.3, text/plain;q=0.4",
        "text/html, text/plain",
        "",
      })
  void shouldShowOthersTheHelpText(final String accept) throws IOException {
    try (RawClient client = launch(HTML)) {
      final Response response = client.exchange(get(accept));
      assertEquals(200, response.status());
      assertEquals("text/plain", response.header("Content-Type"));
      assertEquals("Accept", response.header("Vary"));
      assertTrue(response.body().contains("GET  /counter/{id}"), response.body());
      assertFalse(response.body().contains("GET  / "), response.body());
      assertEquals(response.body(), client.exchange(RawClient.get("/?a=b")).body());
    }
  }

  @Test
  void shouldAllowNothingButItsOwnStyleAndScript() throws Exception {
    try (RawClient client = launch(HTML)) {
      final Response response = client.exchange(get(BROWSER));
      final String policy = response.header("Content-Security-Policy");
      final List<String> directives = List.of(policy.split("; "));
      assertEquals("default-src 'none'", directives.get(0));
      assertTrue(directives.contains("script-src " + hash(SCRIPT)), policy);
      assertTrue(directives.contains("style-src " + hash(STYLE)), policy);
      assertTrue(directives.contains("connect-src 'self'"), policy);
      assertTrue(directives.contains("frame-ancestors 'none'"), policy);
      assertFalse(policy.contains("unsafe"), policy);
      assertEquals("nosniff", response.header("X-Content-Type-Options"));
    }
  }

  private static String hash(final String text) throws Exception {
    final byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  @Test
  void shouldAnswerHeadWithoutTheDocument() throws IOException {
    try (RawClient client = launch(HTML)) {
      client.send("HEAD / HTTP/1.1\r\nHost: t\r\nAccept: text/html\r\n\r\n");
      final Response head = client.read(true);
      assertEquals(200, head.status());
      assertEquals("text/html; charset=utf-8", head.header("Content-Type"));
      assertEquals(Integer.toString(HTML.getBytes(UTF_8).length), head.header("Content-Length"));
      assertTrue(head.header("Content-Security-Policy").contains("sha256-"));
      assertEquals(HTML, client.exchange(get("text/html")).body());
    }
  }

  @Test
  void shouldShowTheFirstOfSeveralDocuments() throws IOException {
    try (RawClient client = launch(HTML, HTML.replace("<title>t", "<title>u"))) {
      assertEquals(HTML, client.exchange(get(BROWSER)).body());
    }
  }

  @Test
  void shouldShowBrowsersTheHelpTextWhereNoServiceHasADocument() throws IOException {
    try (RawClient client = launch()) {
      final Response response = client.exchange(get(BROWSER));
      assertEquals("text/plain", response.header("Content-Type"));
      assertNull(response.header("Vary"));
    }
  }

  @Test
  void shouldShowTheDocumentBeforeTheNodeServes() throws IOException {
    server =
        new TestServer(
            settings -> {
              settings.serving = () -> false;
              settings.moreRows = List.of(Endpoint.home(HtmlDocument.of(HTML)));
            });
    try (RawClient client = server.connect()) {
      assertEquals(HTML, client.exchange(get(BROWSER)).body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'<script></script>'",
    "'<style></style>'",
    "'<style></style><script></script><script></script>'",
    "'<style></style><style></style><script></script>'",
    "'<style></style><script src=\"x\"></script>'",
    "'<style media=\"x\"></style><script></script>'",
    "'</style><style><script></script>'",
    "'<style></style><script>'",
  })
  void shouldRefuseADocumentOfOtherParts(final String html) {
    assertThrows(IllegalArgumentException.class, () -> HtmlDocument.of(html));
  }

  @Test
  void shouldRefuseALineEndThatBrowsersChange() {
    assertThrows(IllegalArgumentException.class, () -> HtmlDocument.of(HTML.replace("\n", "\r\n")));
  }
}
