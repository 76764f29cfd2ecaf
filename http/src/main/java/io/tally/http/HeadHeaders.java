package io.tally.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * Headers that remember a repeated Content-Length, which the decoder below merges silently for
 * HTTP/1.0.
 */
final class HeadHeaders extends DefaultHttpHeaders {
  static final HttpHeadersFactory FACTORY =
      new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
          return new HeadHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
          return new HeadHeaders();
        }
      };

  private static final DefaultHttpHeadersFactory VALIDATION =
      DefaultHttpHeadersFactory.headersFactory();

  private int lengthCount;

  HeadHeaders() {
    super(VALIDATION.getNameValidator(), VALIDATION.getValueValidator());
  }

  boolean hasRepeatedLength() {
    return lengthCount > 1;
  }

  @Override
  public HttpHeaders add(final CharSequence name, final Object value) {
    if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
      lengthCount++;
    }
    return super.add(name, value);
  }
}
