package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A document for browsers that needs nothing beside itself but the server that it came from.
 *
 * <p>Its Content-Security-Policy names its style and its script by their hashes (SHA-256, Content
 * Security Policy Level 3, 2.3.1), and allows no others, no other origin, no frame around it, and
 * no text that becomes markup. Immutable.
 */
public final class HtmlDocument {
  private final Page page;

  private HtmlDocument(final Page page) {
    this.page = page;
  }

  /**
   * Makes a document of its text.
   *
   * @param html the whole text, whose lines end with a line feed alone. It has one style element
   *     and one script element, both without attributes.
   * @return the document.
   * @throws IllegalArgumentException if it has more or fewer of them, or other ends of lines:
   *     browsers would change these before they hash.
   */
  public static HtmlDocument of(final String html) {
    if (html.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a line of the document ends with a carriage return");
    }
    final String headers =
        "Content-Type: text/html; charset=utf-8\r\n"
            + "Content-Security-Policy: default-src 'none'; script-src "
            + hash(content(html, "script"))
            + "; style-src "
            + hash(content(html, "style"))
            + "; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'; require-trusted-types-for 'script'\r\n"
            + "X-Content-Type-Options: nosniff\r\n"
            + "Referrer-Policy: no-referrer\r\n"
            + "Cache-Control: no-cache\r\n";
    return new HtmlDocument(Page.of(headers, html.getBytes(UTF_8)));
  }

  Page page() {
    return page;
  }

  private static String content(final String html, final String name) {
    final String begin = "<" + name + ">";
    final String end = "</" + name + ">";
    final int from = html.indexOf(begin) + begin.length();
    final int to = html.indexOf(end);
    final boolean alone =
        html.indexOf("<" + name) == html.lastIndexOf("<" + name)
            && html.indexOf("</" + name) == html.lastIndexOf("</" + name);
    if (!alone || !html.contains(begin) || to < from) {
      throw new IllegalArgumentException("the document has to have one " + begin + end);
    }
    return html.substring(from, to);
  }

  private static String hash(final String text) {
    try {
      final byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (final NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-256", fault);
    }
  }
}
