package io.tally.bench.compare;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Counts the answers in a stream of bytes that may be cut anywhere. Refuses all but 200. */
final class AnswerScanner {
  private static final String STATUS = "HTTP/1.1 200";
  private static final String LENGTH = "content-length:";
  private static final int MAX_LINE = 1024;

  private final byte[] line = new byte[MAX_LINE];
  private int lineLength;
  private boolean inHead;
  private int contentLength;
  private int bodyLeft;

  /** Number of answers that end in these bytes. */
  int scan(final ByteBuf bytes) throws IOException {
    int answers = 0;
    while (bytes.isReadable()) {
      if (bodyLeft > 0) {
        final int skipped = Math.min(bodyLeft, bytes.readableBytes());
        bytes.skipBytes(skipped);
        bodyLeft -= skipped;
        answers += bodyLeft == 0 ? 1 : 0;
      } else {
        answers += takeHead(bytes.readByte());
      }
    }
    return answers;
  }

  private int takeHead(final byte next) throws IOException {
    if (next != '\n') {
      if (next != '\r' && lineLength < MAX_LINE) {
        line[lineLength++] = next;
      }
      return 0;
    }
    final boolean headEnded = inHead && lineLength == 0;
    if (!inHead) {
      if (!startsWith(STATUS)) {
        throw new IOException("answer is not 200: " + new String(line, 0, lineLength));
      }
      inHead = true;
      contentLength = 0;
    } else if (startsWith(LENGTH)) {
      for (int i = LENGTH.length(); i < lineLength; i++) {
        if (line[i] != ' ') {
          contentLength = 10 * contentLength + line[i] - '0';
        }
      }
    }
    lineLength = 0;
    if (!headEnded) {
      return 0;
    }
    inHead = false;
    bodyLeft = contentLength;
    return contentLength == 0 ? 1 : 0;
  }

  /** Without regard to the case of letters in the text. */
  private boolean startsWith(final String text) {
    if (lineLength < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      final char wanted = text.charAt(i);
      if (line[i] != wanted && Character.toLowerCase((char) line[i]) != wanted) {
        return false;
      }
    }
    return true;
  }
}
