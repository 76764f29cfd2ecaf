package io.tally.launcher;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where counters are imported to.
 *
 * @param host name or address, without brackets.
 * @param port 1 to 65,535.
 * @param authority host and port for the Host field.
 * @param path of the API, without a slash at its end.
 */
record ImportTarget(String host, int port, String authority, String path) {
  private static final int HTTP_PORT = 80;

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if it is none of a node; the message says why.
   */
  static ImportTarget of(final String url) {
    final URI uri;
    try {
      uri = new URI(url);
    } catch (final URISyntaxException fault) {
      throw new IllegalArgumentException("--url is no URL: " + url, fault);
    }
    if (!"http".equalsIgnoreCase(uri.getScheme())
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("--url must be as http://HOST:PORT: " + url);
    }
    final int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
    return new ImportTarget(
        uri.getHost().replaceAll("[\\[\\]]", ""),
        port,
        uri.getHost() + ":" + port,
        uri.getRawPath().replaceAll("/+$", ""));
  }
}
