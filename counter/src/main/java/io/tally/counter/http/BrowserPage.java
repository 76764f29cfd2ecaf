package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.http.HtmlDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What browsers are shown of the cluster and its counters: {@code page.html} in this package. */
final class BrowserPage {
  private BrowserPage() {}

  static HtmlDocument read() {
    try (InputStream html = BrowserPage.class.getResourceAsStream("page.html")) {
      if (html == null) {
        throw new IllegalStateException("page.html is not on the class path");
      }
      return HtmlDocument.of(new String(html.readAllBytes(), UTF_8));
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
