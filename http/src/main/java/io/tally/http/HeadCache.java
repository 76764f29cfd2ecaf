package io.tally.http;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads requests whose header lines are, byte by byte, those of an earlier request. Equal lines say
 * the same, so what Netty's decoder and {@link HeadRules} found in them holds again, and they are
 * not read a second time: most clients of a loop send the same lines with each request. Which lines
 * are good is never judged here. A request is read here only if it is there in full, short, and has
 * a plain request line; every other takes the road through the decoder.
 *
 * <p>One for each event loop, not thread-safe. What was read stands until the next call.
 */
final class HeadCache {
  /** Of a request no more is looked at. */
  private static final int WINDOW_BYTES = 1_024;

  private static final int MAX_LINES_BYTES = 512;

  /** A header takes many times the bytes of its line. */
  private static final int MAX_HEADERS = 16;

  /**
   * Heap that a header takes beside its characters: its entry, its name and its value, and the name
   * once more if it was asked for as a string.
   */
  private static final int HEADER_BYTES = 240;

  /** Heap that {@link Lines} take beside what they hold. */
  private static final int LINES_BYTES = 64;

  /** Heap that a cache takes at most; the characters of a name may be there three times. */
  static final long MAX_BYTES =
      WINDOW_BYTES
          + (long) Repeats.PLACES
              * (Repeats.PLACE_BYTES
                  + LINES_BYTES
                  + 3 * MAX_LINES_BYTES
                  + MAX_HEADERS * HEADER_BYTES);

  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

  private static final int POST = (int) word("POST");
  private static final int PUT = (int) word("PUT ");
  private static final int GET = (int) word("GET ");
  private static final long VERSION = word("HTTP/1.1");
  private static final int LINE_END = (int) word("\r\n");
  private static final int LINES_END = (int) word("\r\n\r\n");
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = LOW_BITS << Byte.SIZE - 1;

  private static final boolean[] IN_TARGET = new boolean[256];

  static {
    for (int c = ' ' + 1; c < 0x7F; c++) {
      IN_TARGET[c] = c != '#' && c != '?';
    }
  }

  /** Words may be read across the end; what is behind it is not looked at. */
  private final byte[] window = new byte[WINDOW_BYTES + Long.BYTES];

  private final UnsafeBuffer words = new UnsafeBuffer(window);
  private final Repeats<Lines> known = new Repeats<>();

  private Verb verb;
  private int targetStart;
  private int targetEnd;
  private int linesStart;

  /** 0 if the head was not looked through. */
  private int linesEnd;

  private long hash;
  private Lines current;

  /** The header lines of a good request, with the empty line at their end. */
  private record Lines(byte[] bytes, HttpHeaders headers, int bodyLength, boolean last) {
    boolean are(final byte[] window, final int start, final int end) {
      return Arrays.equals(bytes, 0, bytes.length, window, start, end);
    }
  }

  private static long word(final String text) {
    long word = 0;
    final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      word |= (long) bytes[i] << i * Byte.SIZE;
    }
    return word;
  }

  /** Reads the request that begins here, if it can; if not, nothing of it is read. */
  boolean read(final ByteBuf in) {
    linesEnd = 0;
    final int length = Math.min(in.readableBytes(), WINDOW_BYTES);
    in.getBytes(in.readerIndex(), window, 0, length);
    if (!findTarget(length) || !findLines(length)) {
      return false;
    }
    final Lines lines = known.at(hash);
    if (lines == null
        || !lines.are(window, linesStart, linesEnd)
        || lines.bodyLength > length - linesEnd) {
      return false;
    }
    current = lines;
    in.skipBytes(linesEnd + lines.bodyLength);
    return true;
  }

  /** Finds verb and target of a request line that is written as nearly all are. */
  private boolean findTarget(final int length) {
    if (length < Long.BYTES) {
      return false;
    }
    final int method = words.getInt(0, LITTLE_ENDIAN);
    if (method == POST && window[Integer.BYTES] == ' ') {
      verb = Verb.POST;
      targetStart = Integer.BYTES + 1;
    } else if (method == GET || method == PUT) {
      verb = method == GET ? Verb.GET : Verb.PUT;
      targetStart = Integer.BYTES;
    } else {
      return false;
    }
    int end = targetStart;
    while (end < length && IN_TARGET[window[end] & 0xFF]) {
      end++;
    }
    targetEnd = end;
    linesStart = end + 1 + Long.BYTES + Short.BYTES;
    return window[targetStart] == '/'
        && linesStart < length
        && window[end] == ' '
        && words.getLong(end + 1, LITTLE_ENDIAN) == VERSION
        && words.getShort(linesStart - Short.BYTES, LITTLE_ENDIAN) == LINE_END
        && window[linesStart] != '\r';
  }

  /** Finds the end of the header lines, and hashes them on the way. */
  private boolean findLines(final int length) {
    final int limit = Math.min(length, linesStart + MAX_LINES_BYTES);
    long mixed = 0;
    int at = linesStart;
    while (at < limit) {
      final long word = words.getLong(at, LITTLE_ENDIAN);
      final long others = word ^ '\r' * LOW_BITS;
      final long found = others - LOW_BITS & ~others & HIGH_BITS;
      if (found == 0) {
        mixed = (mixed ^ word) * MULTIPLIER;
        at += Long.BYTES;
        continue;
      }
      // The lowest mark is true; one above it may come of a borrow.
      final int bits = Long.numberOfTrailingZeros(found) & -Byte.SIZE;
      mixed = (mixed ^ word & (1L << bits) - 1) * MULTIPLIER;
      at += bits / Byte.SIZE;
      if (words.getInt(at, LITTLE_ENDIAN) == LINES_END) {
        linesEnd = at + Integer.BYTES <= length ? at + Integer.BYTES : 0;
        hash = mixed;
        return linesEnd > 0;
      }
      if (words.getShort(at, LITTLE_ENDIAN) != LINE_END) {
        return false;
      }
      at += Short.BYTES;
    }
    return false;
  }

  /**
   * Remembers the header lines that {@link #read} did not know, if they have come twice.
   *
   * @param good its head is good.
   * @param length of its head in bytes, if nothing else was read since; else 0.
   * @param maxBodyLength of a body that is read with its head.
   */
  void learn(final HttpRequest good, final int length, final int maxBodyLength) {
    if (length == 0 || linesEnd != length) {
      return;
    }
    if (!known.isMissedAgain(hash)) {
      return;
    }
    final HttpHeaders headers = good.headers();
    final long bodyLength = HttpUtil.getContentLength(good, 0L);
    if (headers.size() <= MAX_HEADERS
        && bodyLength <= maxBodyLength
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !headers.contains(HttpHeaderNames.EXPECT)) {
      known.keep(
          hash,
          new Lines(
              Arrays.copyOfRange(window, linesStart, linesEnd),
              headers,
              (int) bodyLength,
              !HttpUtil.isKeepAlive(good)));
    }
  }

  Verb verb() {
    return verb;
  }

  /** Holds the request from its start. */
  byte[] bytes() {
    return window;
  }

  /** Where its target begins, which is a path without a query. */
  int targetStart() {
    return targetStart;
  }

  int targetEnd() {
    return targetEnd;
  }

  HttpHeaders headers() {
    return current.headers;
  }

  /** Where its body begins. */
  int bodyStart() {
    return linesEnd;
  }

  int bodyLength() {
    return current.bodyLength;
  }

  /** Whether the client wants no further one. */
  boolean isLast() {
    return current.last;
  }
}
