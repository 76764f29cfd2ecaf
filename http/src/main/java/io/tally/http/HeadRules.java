package io.tally.http;

import io.netty.handler.codec.http.ContentLengthNotAllowedException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.TransferEncodingNotAllowedException;
import java.util.List;

/**
 * The rules for the head of a request. They leave no doubt where the request ends, so that a proxy
 * and this server cannot disagree about it (request smuggling). One for each connection, whose last
 * valid host it remembers.
 */
final class HeadRules {
  static final int MAX_REQUEST_LINE_BYTES = 4_096;
  static final int MAX_HEADER_BYTES = 8_192;
  static final int MAX_HEADER_COUNT = 100;

  private boolean wellFormedTarget;
  private String validHost = "";

  /**
   * Checks the target as it came, because Netty's decoder takes some control characters for spaces.
   */
  void onTarget(final byte[] line, final int start, final int length) {
    wellFormedTarget = isWellFormed(line, start, length);
  }

  /**
   * Whether a request line has a target without control characters or a {@code #}, with nothing but
   * spaces around it. A fragment never leaves its client, and at a control character some readers
   * cut a target off.
   */
  static boolean isWellFormed(final byte[] line, final int start, final int length) {
    int from = start;
    while (from > 0 && isSpace(line[from - 1])) {
      from--;
    }
    int to = start + length;
    while (to < line.length && isSpace(line[to])) {
      to++;
    }
    for (int i = from; i < to; i++) {
      if (line[i] >= 0 && line[i] < ' ' || line[i] == '#' || line[i] == 0x7F) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(final byte value) {
    return value >= 0 && value <= ' ';
  }

  /** What is wrong with a head, or null. */
  Refusal check(final HttpRequest request) {
    final HttpVersion version = request.protocolVersion();
    final HttpHeaders headers = request.headers();
    if (version.majorVersion() != 1) {
      return Refusals.VERSION;
    }
    if (headers.size() > MAX_HEADER_COUNT) {
      return Refusals.HEADERS_TOO_LARGE;
    }
    if (!wellFormedTarget) {
      return Refusals.TARGET;
    }
    final Refusal framing = checkFraming(request, headers);
    if (framing != null) {
      return framing;
    }
    if (headers.contains(HttpHeaderNames.CONTENT_ENCODING) && isCoded(headers)) {
      return Refusals.CONTENT_ENCODING;
    }
    final boolean expects = !isOld(request) && headers.contains(HttpHeaderNames.EXPECT);
    return expects && !expectsContinue(request) ? Refusals.EXPECTATION : null;
  }

  private Refusal checkFraming(final HttpRequest request, final HttpHeaders headers) {
    if (headers instanceof HeadHeaders head && head.hasRepeatedLength()) {
      return Refusals.LENGTH_AMBIGUOUS;
    }
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      final List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
      if (codings.size() != 1
          || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))) {
        return Refusals.TRANSFER_ENCODING;
      }
    }
    // An old WebSocket draft has bodies without a length, which the decoder below honours.
    if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
      return Refusals.MALFORMED;
    }
    final List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty()) {
      return isOld(request) ? null : Refusals.HOST;
    }
    return hosts.size() == 1 && isValidHost(hosts.get(0)) ? null : Refusals.HOST;
  }

  /** Compares with the last valid host first: nearly all requests of a connection have the same. */
  private boolean isValidHost(final String host) {
    if (host.equals(validHost)) {
      return true;
    }
    if (!HostField.isValid(host)) {
      return false;
    }
    validHost = host;
    return true;
  }

  /** Whether a content coding is named other than "identity", which says that there is none. */
  private static boolean isCoded(final HttpHeaders headers) {
    for (final String line : headers.getAll(HttpHeaderNames.CONTENT_ENCODING)) {
      for (final String coding : line.split(",")) {
        if (!coding.isBlank()
            && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding.strip())) {
          return true;
        }
      }
    }
    return false;
  }

  static Refusal headFault(final Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Refusals.LINE_TOO_LONG;
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Refusals.HEADERS_TOO_LARGE;
    }
    if (cause instanceof ContentLengthNotAllowedException) {
      return Refusals.LENGTH_AMBIGUOUS;
    }
    if (cause instanceof TransferEncodingNotAllowedException) {
      return Refusals.TRANSFER_ENCODING;
    }
    return Refusals.MALFORMED;
  }

  static Refusal bodyFault(final Throwable cause) {
    return cause instanceof TooLongHttpHeaderException
        ? Refusals.HEADERS_TOO_LARGE
        : Refusals.MALFORMED;
  }

  static boolean isOld(final HttpRequest request) {
    return request.protocolVersion().minorVersion() == 0;
  }

  /** Whether 100-continue is the only expectation. */
  static boolean expectsContinue(final HttpRequest request) {
    if (isOld(request) || !request.headers().contains(HttpHeaderNames.EXPECT)) {
      return false;
    }
    for (final String line : request.headers().getAll(HttpHeaderNames.EXPECT)) {
      for (final String expectation : line.split(",", -1)) {
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation.strip())) {
          return false;
        }
      }
    }
    return true;
  }
}
