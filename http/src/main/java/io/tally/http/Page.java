package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tally.http.internal.ProbeResult;

/**
 * An answer that does not come from a service: status, the headers that do not vary, and content.
 * Immutable.
 */
final class Page {
  private final int status;
  private final byte[] head;
  private final byte[] content;

  private Page(final int status, final String headers, final byte[] content) {
    this(
        status,
        (ResponseWriter.statusLine(HttpResponseStatus.valueOf(status)) + headers)
            .getBytes(US_ASCII),
        content);
  }

  private Page(final int status, final byte[] head, final byte[] content) {
    this.status = status;
    this.head = head;
    this.content = content;
  }

  static Page text(final String content) {
    return new Page(200, "Content-Type: text/plain\r\n", content.getBytes(UTF_8));
  }

  static Page json(final int status, final String content) {
    return new Page(
        status,
        "Content-Type: application/json\r\nCache-Control: no-store\r\n",
        (content + "\n").getBytes(UTF_8));
  }

  static Page probe(final ProbeResult result) {
    return json(result.up() ? 200 : 503, result.json());
  }

  static Page problem(final ProblemType problem) {
    return text(problem.title() + "\n\n" + problem.explanation() + "\n");
  }

  /** A page without content, also where the status allows it. */
  static Page headOf(final AnswerShape shape) {
    return new Page(200, "Content-Type: " + shape.mediaType() + "\r\n", null);
  }

  /** A form of what is there in others, too: its row adds the headers that say so. */
  static Page form(final String content) {
    return form((content + "\n").getBytes(UTF_8));
  }

  static Page form(final byte[] content) {
    return of("Content-Type: application/json\r\n", content);
  }

  /** The headers are whole lines. */
  static Page of(final String headers, final byte[] content) {
    return new Page(200, headers, content);
  }

  /** This page with another header, a whole line. */
  Page with(final String header) {
    return new Page(status, (new String(head, US_ASCII) + header).getBytes(US_ASCII), content);
  }

  static Page options(final String allow) {
    return new Page(204, "Allow: " + allow + "\r\n", null);
  }

  int status() {
    return status;
  }

  byte[] head() {
    return head;
  }

  /** The content; null if the status allows none. */
  byte[] content() {
    return content;
  }
}
