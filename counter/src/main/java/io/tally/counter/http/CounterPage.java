package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** One page of a scan while it is made, and its JSON. Belongs to its request. */
final class CounterPage {
  /** When so much is there, the page is full. */
  private static final int FULL_BYTES = 24 * 1_024;

  /** What one shard may add at once: its page, with each byte of an id escaped, and the names. */
  static final int MAX_BYTES = 8 * FULL_BYTES;

  private static final byte[] BEGIN = ascii("{\"items\":[");
  private static final byte[] ID = ascii("{\"counter_id\":\"");
  private static final byte[] VALUE = ascii("\",\"value\":");
  private static final byte[] TTL_MS = ascii(",\"ttl_ms\":");
  private static final byte[] NEXT = ascii("],\"next\":\"");
  private static final byte[] END_OF_PAGE = ascii("\"}\n");
  private static final byte[] END_OF_SCAN = ascii("]}\n");

  private final ExpandableArrayBuffer items = new ExpandableArrayBuffer(1_024);
  private final byte[] prefix;
  private final int limit;
  private final long beganNs;
  private ScanCursor next;
  private int length;
  private int count;
  private int steps;

  CounterPage(final byte[] prefix, final int limit, final ScanCursor from, final long beganNs) {
    this.prefix = prefix;
    this.limit = limit;
    this.beganNs = beganNs;
    next = from;
    put(BEGIN);
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }

  byte[] prefix() {
    return prefix;
  }

  /** When it was asked for. */
  long beganNs() {
    return beganNs;
  }

  /** Where the scan goes on; null at its end. */
  ScanCursor next() {
    return next;
  }

  /** Shards that were asked. */
  int steps() {
    return steps;
  }

  /** Items that the page may still have. */
  int room() {
    return length >= FULL_BYTES ? 0 : limit - count;
  }

  void add(
      final DirectBuffer ids,
      final int idOffset,
      final int idLength,
      final long value,
      final long ttlMs) {
    if (count++ > 0) {
      items.putByte(length++, (byte) ',');
    }
    put(ID);
    for (int i = 0; i < idLength; i++) {
      final byte character = ids.getByte(idOffset + i);
      if (character == '"' || character == '\\') {
        items.putByte(length++, (byte) '\\');
      }
      items.putByte(length++, character);
    }
    put(VALUE);
    length += items.putLongAscii(length, value);
    if (ttlMs != 0) {
      put(TTL_MS);
      length += items.putLongAscii(length, ttlMs);
    }
    items.putByte(length++, (byte) '}');
  }

  /** A shard has shown its page; 0 is no position, but its end. */
  void advance(final long incarnation, final int nextPosition, final int shardCount) {
    steps++;
    if (nextPosition != 0) {
      next = new ScanCursor(next.shard, incarnation, nextPosition);
    } else {
      next = next.shard + 1 == shardCount ? null : new ScanCursor(next.shard + 1, 0, 0);
    }
  }

  /** The page as it would be now. */
  byte[] json() {
    final int end = length;
    if (next == null) {
      put(END_OF_SCAN);
    } else {
      put(NEXT);
      put(next.text(prefix));
      put(END_OF_PAGE);
    }
    final byte[] json = Arrays.copyOf(items.byteArray(), length);
    length = end;
    return json;
  }

  private void put(final byte[] bytes) {
    items.putBytes(length, bytes);
    length += bytes.length;
  }
}
