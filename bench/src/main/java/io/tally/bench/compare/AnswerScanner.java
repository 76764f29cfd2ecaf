package io.tally.bench.compare;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Finds the answers in a stream of bytes that may be cut anywhere. */
final class AnswerScanner {
  /** Is told of each answer when its last byte is there. */
  interface Sink {
    void onAnswer(int status) throws IOException;
  }

  private static final String VERSION = "http/1.1 ";
  private static final int STATUS_DIGITS = 3;
  private static final String LENGTH = "content-length:";
  private static final int MAX_LINE = 1024;

  private final byte[] line = new byte[MAX_LINE];
  private final Sink sink;
  private int lineLength;
  private boolean inHead;
  private int status;
  private int contentLength;
  private int bodyLeft;

  AnswerScanner(final Sink sink) {
    this.sink = sink;
  }

  void scan(final ByteBuf bytes) throws IOException {
    while (bytes.isReadable()) {
      if (bodyLeft > 0) {
        final int skipped = Math.min(bodyLeft, bytes.readableBytes());
        bytes.skipBytes(skipped);
        bodyLeft -= skipped;
        if (bodyLeft == 0) {
          sink.onAnswer(status);
        }
      } else {
        takeHead(bytes.readByte());
      }
    }
  }

  private void takeHead(final byte next) throws IOException {
    if (next != '\n') {
      if (next != '\r' && lineLength < MAX_LINE) {
        line[lineLength++] = next;
      }
      return;
    }
    final boolean headEnded = inHead && lineLength == 0;
    if (!inHead) {
      takeStatus();
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
    if (headEnded) {
      inHead = false;
      bodyLeft = contentLength;
      if (contentLength == 0) {
        sink.onAnswer(status);
      }
    }
  }

  private void takeStatus() throws IOException {
    if (!startsWith(VERSION) || lineLength < VERSION.length() + STATUS_DIGITS) {
      throw new IOException("no answer: " + new String(line, 0, lineLength));
    }
    status = 0;
    for (int i = VERSION.length(); i < VERSION.length() + STATUS_DIGITS; i++) {
      status = 10 * status + line[i] - '0';
    }
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
