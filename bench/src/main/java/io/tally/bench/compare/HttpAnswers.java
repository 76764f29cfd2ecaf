package io.tally.bench.compare;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads HTTP answers that state their length, one behind the other. */
final class HttpAnswers {
  private static final String LENGTH = "content-length:";
  private static final String INCARNATION = "tally-incarnation:";

  private final InputStream in;
  private int status;
  private long incarnation;

  HttpAnswers(final InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** Body of the next answer. */
  String next() throws IOException {
    final String statusLine = line(in);
    status = Integer.parseInt(statusLine.split(" ")[1]);
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      final String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith(LENGTH)) {
        length = Integer.parseInt(header.substring(LENGTH.length()).strip());
      } else if (lower.startsWith(INCARNATION)) {
        incarnation = Long.parseLong(header.substring(INCARNATION.length()).strip());
      }
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Status of the answer whose body was given last. */
  int status() {
    return status;
  }

  /** Of the shard that gave the last answer that named one. */
  long incarnation() {
    return incarnation;
  }

  static String line(final InputStream in) throws IOException {
    final StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("connection closed inside an answer");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
