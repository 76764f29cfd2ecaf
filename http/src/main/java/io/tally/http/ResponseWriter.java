package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;

/**
 * Writes responses into a channel's buffer, one after the other, without allocation. One for each
 * event loop: not thread-safe.
 */
final class ResponseWriter {
  /** Written when a client waits for it before it sends its body. */
  static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");

  private static final byte[] LENGTH = ascii("Content-Length: ");
  private static final byte[] INCARNATION = ascii("Tally-Incarnation: ");
  private static final byte[] REPLAYED = ascii("Idempotency-Replayed: true\r\n");
  private static final byte[] ALLOW = ascii("Allow: ");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  private static final byte[] CRLF = ascii("\r\n");
  private static final byte[] OBJECT_END = ascii("}\n");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] NOT_APPLIED = ascii(",\"outcome\":\"not_applied\"");
  private static final byte[] UNKNOWN = ascii(",\"outcome\":\"unknown\"");
  private static final byte[] MIN_VALUE = ascii(Long.toString(Long.MIN_VALUE));

  // The longest content is a problem with an id of 256 quotes, each escaped.
  private static final int SCRATCH_BYTES = 2_048;

  /** Longest content of an answer or a problem; leaves room for what is the same in all. */
  static final int MAX_CONTENT_BYTES = SCRATCH_BYTES - 128;

  private static final int MAX_DIGITS = 20;

  private final EpochClock clock;
  private final byte[] content = new byte[SCRATCH_BYTES];
  private final byte[] head = new byte[SCRATCH_BYTES];
  private final byte[] digits = new byte[MAX_DIGITS];
  private byte[] date;
  private long dateUntilNs;
  private boolean hasDate;
  private byte[] target;
  private int position;

  ResponseWriter(final EpochClock clock) {
    this.clock = clock;
    // The first date reads a file of the JDK. It must not be asked for when no descriptor is left:
    // the JDK never tries again, and the process would end.
    date = dateLine(clock.time());
  }

  private static byte[] dateLine(final long epochMs) {
    return ascii("Date: " + DateFormatter.format(new Date(epochMs)) + "\r\n");
  }

  static String statusLine(final HttpResponseStatus status) {
    return "HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\n";
  }

  /** Appends the response of an exchange that is ready. */
  void write(final ByteBuf out, final HttpExchange exchange, final long nowNs) {
    target = content;
    position = 0;
    byte[] body = content;
    final byte[] fixedHead;
    if (exchange.refusal != null) {
      fixedHead = exchange.refusal.head();
      problem(exchange);
    } else if (exchange.page != null) {
      fixedHead = exchange.page.head();
      body = exchange.page.content();
      position = body == null ? 0 : body.length;
    } else {
      fixedHead = exchange.endpoint.shape.head();
      exchange.endpoint.shape.write(this, exchange);
    }
    final int length = position;
    target = head;
    position = 0;
    put(fixedHead);
    date(nowNs);
    if (exchange.incarnation != 0) {
      put(INCARNATION);
      number(exchange.incarnation);
      put(CRLF);
    }
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
    if (body != null) {
      put(LENGTH);
      number(length);
      put(CRLF);
    }
    put(CRLF);
    out.writeBytes(head, 0, position);
    if (body != null && !exchange.head) {
      out.writeBytes(body, 0, length);
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
    for (int i = 0; i < length; i++) {
      final byte next = id[i];
      if (next == '"' || next == '\\') {
        target[position++] = '\\';
      }
      target[position++] = next;
    }
  }

  private void date(final long nowNs) {
    if (!hasDate || nowNs - dateUntilNs >= 0) {
      final long nowMs = clock.time();
      date = dateLine(nowMs);
      dateUntilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(1_000 - Math.floorMod(nowMs, 1_000));
      hasDate = true;
    }
    put(date);
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
    if (value == Long.MIN_VALUE) {
      put(MIN_VALUE);
      return;
    }
    if (value < 0) {
      target[position++] = '-';
    }
    long rest = Math.abs(value);
    int start = MAX_DIGITS;
    do {
      digits[--start] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    System.arraycopy(digits, start, target, position, MAX_DIGITS - start);
    position += MAX_DIGITS - start;
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
