package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes responses into a channel's buffer, one after the other, without allocation. One for each
 * event loop: not thread-safe.
 */
final class ResponseWriter {
  /** Written when a client waits for it before it sends its body. */
  static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");

  private static final byte[] LENGTH = ascii("Content-Length: ");
  private static final byte[] REPLAYED = ascii("Idempotency-Replayed: true\r\n");
  private static final byte[] ALLOW = ascii("Allow: ");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  private static final byte[] CRLF = ascii("\r\n");
  private static final byte[] OBJECT_END = ascii("}\n");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] NOT_APPLIED = ascii(",\"outcome\":\"not_applied\"");
  private static final byte[] UNKNOWN = ascii(",\"outcome\":\"unknown\"");
  private static final byte[] HEAD_END = ascii("\r\n\r\n");

  // The longest content is a problem with an id of 256 quotes, each escaped.
  private static final int SCRATCH_BYTES = 2_048;

  /** Longest content of an answer or a problem; leaves room for what is the same in all. */
  static final int MAX_CONTENT_BYTES = SCRATCH_BYTES - 128;

  private static final int NO_BODY = -1;

  private final ResponseStamp stamp;
  private final byte[] content = new byte[SCRATCH_BYTES];
  private final byte[] response = new byte[2 * SCRATCH_BYTES];
  private final UnsafeBuffer contentBuffer = new UnsafeBuffer(content);
  private final UnsafeBuffer responseBuffer = new UnsafeBuffer(response);
  private byte[] target;
  private UnsafeBuffer targetBuffer;
  private int position;

  ResponseWriter(final EpochClock clock) {
    stamp = new ResponseStamp(clock);
  }

  static String statusLine(final HttpResponseStatus status) {
    return "HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\n";
  }

  /** Appends the response of an exchange that is ready. */
  void write(final ByteBuf out, final HttpExchange exchange, final long nowNs) {
    final Page page = exchange.refusal == null ? exchange.page : null;
    if (page != null) {
      final byte[] body = page.content();
      head(page.head(), exchange, nowNs, body == null ? NO_BODY : body.length);
      out.writeBytes(response, 0, position);
      if (body != null && !exchange.head) {
        out.writeBytes(body);
      }
      return;
    }
    final byte[] fixedHead = content(exchange);
    final int length = position;
    head(fixedHead, exchange, nowNs, length);
    if (!exchange.head) {
      System.arraycopy(content, 0, response, position, length);
      position += length;
    }
    out.writeBytes(response, 0, position);
  }

  /** Leaves the content in its buffer; returns the status line and what belongs to it. */
  private byte[] content(final HttpExchange exchange) {
    target = content;
    targetBuffer = contentBuffer;
    position = 0;
    if (exchange.refusal != null) {
      problem(exchange);
      return exchange.refusal.head();
    }
    exchange.endpoint.shape.write(this, exchange);
    return exchange.endpoint.shape.head();
  }

  private void head(
      final byte[] fixed, final HttpExchange exchange, final long nowNs, final int length) {
    target = response;
    targetBuffer = responseBuffer;
    position = 0;
    put(fixed);
    put(stamp.of(exchange.incarnation, nowNs));
    if (exchange.replayed) {
      put(REPLAYED);
    }
    if (exchange.refusal == Refusals.METHOD_NOT_ALLOWED) {
      put(ALLOW);
      text(exchange.resource.allow());
      put(CRLF);
    }
    if (exchange.closes()) {
      put(CLOSE);
    } else if (exchange.oldVersion) {
      put(KEEP_ALIVE);
    }
    if (length == NO_BODY) {
      put(CRLF);
    } else {
      put(LENGTH);
      number(length);
      put(HEAD_END);
    }
  }

  private void problem(final HttpExchange exchange) {
    put(exchange.refusal.json());
    if (exchange.idLength > 0) {
      put(exchange.resource.id().asMember());
      escaped(exchange.id, exchange.idLength);
      put(QUOTE);
    }
    if (exchange.write) {
      put(exchange.refusal.isUnknown() ? UNKNOWN : NOT_APPLIED);
    }
    put(OBJECT_END);
  }

  /** An id has no control characters, so only the quote and the backslash need an escape. */
  void escaped(final byte[] id, final int length) {
    final byte[] to = target;
    int end = position;
    for (int i = 0; i < length; i++) {
      final byte next = id[i];
      if (next == '"' || next == '\\') {
        to[end++] = '\\';
      }
      to[end++] = next;
    }
    position = end;
  }

  void put(final byte[] bytes) {
    System.arraycopy(bytes, 0, target, position, bytes.length);
    position += bytes.length;
  }

  private void text(final String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      target[position++] = (byte) ascii.charAt(i);
    }
  }

  void number(final long value) {
    position += targetBuffer.putLongAscii(position, value);
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
