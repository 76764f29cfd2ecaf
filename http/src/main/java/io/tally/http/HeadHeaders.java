package io.tally.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * The headers of a request. They remember whether Content-Length was repeated, because the decoder
 * below silently merges repetitions in HTTP/1.0. And they keep at most one header more than is
 * allowed, which is enough to refuse the request: a header takes many times the bytes of its line.
 */
final class HeadHeaders extends DefaultHttpHeaders {
  /** Keeps nothing: for trailers, which nobody reads. */
  static final HttpHeadersFactory NONE = factory(-1);

  private static final DefaultHttpHeadersFactory VALIDATION =
      DefaultHttpHeadersFactory.headersFactory();

  private final int maxCount;
  private int lengthCount;

  private HeadHeaders(final int maxCount) {
    super(VALIDATION.getNameValidator(), VALIDATION.getValueValidator());
    this.maxCount = maxCount;
  }

  static HttpHeadersFactory factory(final int maxCount) {
    return new HttpHeadersFactory() {
      @Override
      public HttpHeaders newHeaders() {
        return new HeadHeaders(maxCount);
      }

      @Override
      public HttpHeaders newEmptyHeaders() {
        return new HeadHeaders(maxCount);
      }
    };
  }

  boolean hasRepeatedLength() {
    return lengthCount > 1;
  }

  @Override
  public HttpHeaders add(final CharSequence name, final Object value) {
    if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
      lengthCount++;
    }
    return size() > maxCount ? this : super.add(name, value);
  }
}
