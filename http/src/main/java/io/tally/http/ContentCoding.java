package io.tally.http;

import java.util.List;
import java.util.Map;

/** How the content of a response may be coded, and the choice by an Accept-Encoding field. */
enum ContentCoding {
  IDENTITY,
  GZIP;

  /**
   * Chooses between gzip and the content as it is; null if the client refuses both. Without a
   * field, or with an empty one, the content stays as it is.
   */
  static ContentCoding choose(final List<String> acceptEncodingLines) {
    final AcceptField accept = AcceptField.parse(acceptEncodingLines);
    final int gzip = Math.max(weight(accept, "gzip", 0), weight(accept, "x-gzip", 0));
    // Identity is acceptable unless it is refused; but a client that names another coding prefers
    // that one.
    final int identity = weight(accept, "identity", 1);
    if (gzip == 0 && identity == 0) {
      return null;
    }
    return gzip > 0 && gzip >= identity ? GZIP : IDENTITY;
  }

  private static int weight(final AcceptField accept, final String coding, final int otherwise) {
    final AcceptField.Range range = accept.rangeFor(coding, Map.of());
    return range == null ? otherwise : range.weight();
  }
}
