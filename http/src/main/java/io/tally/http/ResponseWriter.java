package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Arrays;
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
  private static final byte[] FAILED_ITEMS = ascii("Tally-Failed-Items: ");
  private static final byte[] ITEM = ascii(",\"item\":");
  private static final byte[] ITEMS_BEGIN = ascii("{\"items\":[");
  private static final byte[] ITEMS_END = ascii("]}\n");
  private static final byte[] REFUSED_ITEM = ascii("],\"refused_item\":");
  private static final byte[] STATUS = ascii("\",\"status\":");
  private static final byte[] TYPE = ascii(",\"type\":\"");
  private static final byte[] INCARNATION = ascii(",\"incarnation\":\"");

  private static final byte[] RETRY_AFTER = ascii("Retry-After: ");
  private static final byte[] TAG_END = ascii("\"\r\n");
  private static final byte[] VARIES = ascii("Vary: Accept\r\nCache-Control: no-store\r\n");
  private static final byte[] NOT_MODIFIED = ascii(statusLine(HttpResponseStatus.NOT_MODIFIED));
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final int BITS_OF_DIGIT = 4;

  /** Longest answer. */
  static final int MAX_ANSWER_BYTES = 1_920;

  /** Longest text of a refusal, in its head and in its problem. */
  static final int MAX_REFUSAL_BYTES = 1_280;

  // The longest content is a problem with an id of 256 quotes, each escaped, and the integers of
  // an answer; the longest head is that of a refusal.
  private static final int CONTENT_BYTES =
      MAX_REFUSAL_BYTES + PathId.MAX_ESCAPED + MAX_ANSWER_BYTES + 256;
  private static final int HEAD_BYTES = MAX_REFUSAL_BYTES + 768;

  /** Longest answer of an item, and around it its incarnation, or status, type and outcome. */
  private static final int MAX_ITEM_BYTES = MAX_ANSWER_BYTES + PathId.MAX_ESCAPED + 256;

  private static final int NO_BODY = -1;

  private final ResponseStamp stamp;
  private final RateLimit.Policies policies = new RateLimit.Policies();
  private final byte[] content = new byte[CONTENT_BYTES];
  private final byte[] response = new byte[HEAD_BYTES + CONTENT_BYTES];
  private final UnsafeBuffer contentBuffer = new UnsafeBuffer(content);
  private final UnsafeBuffer responseBuffer = new UnsafeBuffer(response);

  /** Grows to what the answers of items need: at most those of 1,000 with the longest ids. */
  private byte[] itemsContent = new byte[MAX_ITEM_BYTES];

  private final UnsafeBuffer itemsBuffer = new UnsafeBuffer(itemsContent);
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
    if (exchange.refusal == null) {
      if (exchange.page != null) {
        page(out, exchange, nowNs);
        return;
      }
      if (exchange.notModified) {
        head(NOT_MODIFIED, exchange, nowNs, NO_BODY);
        out.writeBytes(response, 0, position);
        return;
      }
      if (exchange.items != null) {
        items(out, exchange, nowNs);
        return;
      }
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

  private void page(final ByteBuf out, final HttpExchange exchange, final long nowNs) {
    final byte[] body = exchange.page.content();
    head(exchange.page.head(), exchange, nowNs, body == null ? NO_BODY : body.length);
    out.writeBytes(response, 0, position);
    if (body != null && !exchange.head) {
      out.writeBytes(body);
    }
  }

  private void items(final ByteBuf out, final HttpExchange exchange, final long nowNs) {
    final ItemAnswers items = exchange.items;
    target = itemsContent;
    targetBuffer = itemsBuffer;
    position = 0;
    put(ITEMS_BEGIN);
    for (int item = 0; item < items.count(); item++) {
      reserveItem();
      if (item > 0) {
        target[position++] = ',';
      }
      items.show(item, exchange);
      item(exchange);
    }
    reserveItem();
    if (exchange.faultyItem >= 0) {
      put(REFUSED_ITEM);
      number(exchange.faultyItem);
      put(OBJECT_END);
    } else {
      put(ITEMS_END);
    }
    final int length = position;
    // What is shown last is not said of the whole.
    exchange.idLength = 0;
    exchange.refusal = null;
    exchange.incarnation = 0;
    exchange.version = 0;
    exchange.replayed = items.isReplayed();
    head(exchange.shape.head(), exchange, nowNs, length);
    out.writeBytes(response, 0, position);
    if (!exchange.head) {
      out.writeBytes(itemsContent, 0, length);
    }
  }

  private void reserveItem() {
    if (itemsContent.length - position < MAX_ITEM_BYTES) {
      itemsContent = Arrays.copyOf(itemsContent, 2 * itemsContent.length);
      itemsBuffer.wrap(itemsContent);
      target = itemsContent;
    }
  }

  /** The answer of an item as a request of its own would get it; of a write, the incarnation. */
  private void item(final HttpExchange exchange) {
    if (exchange.refusal == null) {
      exchange.shape.write(this, exchange);
      position -= OBJECT_END.length;
    } else {
      target[position++] = '{';
      put(exchange.endpoint.itemId().asFirstMember());
      escaped(exchange.id, exchange.idLength);
      put(STATUS);
      number(exchange.refusal.status());
      put(TYPE);
      text(exchange.refusal.type().uri());
      put(QUOTE);
      outcome(exchange);
    }
    if (exchange.incarnation != 0 && exchange.write) {
      put(INCARNATION);
      number(exchange.incarnation);
      put(QUOTE);
    }
    target[position++] = '}';
  }

  private void outcome(final HttpExchange exchange) {
    if (exchange.write) {
      put(exchange.refusal.isUnknown() ? UNKNOWN : NOT_APPLIED);
    }
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
    exchange.shape.write(this, exchange);
    return exchange.shape.head();
  }

  private void head(
      final byte[] fixed, final HttpExchange exchange, final long nowNs, final int length) {
    target = response;
    targetBuffer = responseBuffer;
    position = 0;
    put(fixed);
    if (exchange.endpoint != null && exchange.endpoint.choice.varies()) {
      put(VARIES);
    }
    stamp(exchange, nowNs);
    if (exchange.replayed
        || exchange.items != null
        || exchange.showsRateLimit()
        || exchange.refusal != null) {
      rarerLines(exchange);
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

  private void stamp(final HttpExchange exchange, final long nowNs) {
    if (exchange.version == 0) {
      put(stamp.of(exchange.incarnation, nowNs));
    } else {
      put(stamp.tagged(exchange.incarnation, nowNs));
      hexadecimal(exchange.version);
      put(TAG_END);
    }
  }

  private void rarerLines(final HttpExchange exchange) {
    if (exchange.items != null && exchange.items.failedCount() > 0) {
      put(FAILED_ITEMS);
      number(exchange.items.failedCount());
      put(CRLF);
    }
    if (exchange.replayed) {
      put(REPLAYED);
    }
    if (exchange.showsRateLimit()) {
      exchange.rateLimit.write(this, policies, exchange.refusal == RateLimit.EXCEEDED);
    }
    if (exchange.refusal == Refusals.METHOD_NOT_ALLOWED) {
      put(ALLOW);
      text(exchange.resource.allow());
      put(CRLF);
    }
    if (exchange.refusal != null && exchange.refusal.retryAfterSeconds(exchange) > 0) {
      put(RETRY_AFTER);
      number(exchange.refusal.retryAfterSeconds(exchange));
      put(CRLF);
    }
  }

  private void problem(final HttpExchange exchange) {
    put(exchange.refusal.json());
    if (exchange.idLength > 0) {
      put(exchange.resource.id().asMember());
      escaped(exchange.id, exchange.idLength);
      put(QUOTE);
    }
    if (exchange.refusal.showsIntegers()) {
      exchange.endpoint.choice.first().writeMembers(this, exchange);
    }
    if (exchange.faultyItem >= 0) {
      put(ITEM);
      number(exchange.faultyItem);
    }
    outcome(exchange);
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

  int position() {
    return position;
  }

  /** A copy of what was written since this position. */
  byte[] writtenFrom(final int start) {
    return Arrays.copyOfRange(target, start, position);
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

  private void hexadecimal(final long value) {
    int shift = (Long.SIZE - 1 - Long.numberOfLeadingZeros(value)) & -BITS_OF_DIGIT;
    while (shift >= 0) {
      target[position++] = HEX[(int) (value >>> shift) & 0xF];
      shift -= BITS_OF_DIGIT;
    }
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
