package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.internal.MathUtil;
import java.util.List;

/**
 * Watches the lines that Netty's decoder reads on one connection. Counts the memory that the
 * decoder keeps for them, and finds folded header lines, which the decoder joins before any other
 * code can see them.
 */
final class LineMeter {
  /** Heap that a header takes beside its characters: an object or two. */
  private static final int LINE_BYTES = 160;

  /** What the decoder has at first for a line that it reads: most lines are no longer. */
  static final int SCRATCH_BYTES = 96;

  private long headBytes;
  private int scratchBytes = SCRATCH_BYTES;
  private boolean lineBegins;
  private boolean folded;

  /** Memory kept for a head that is not complete, and for the longest line. */
  long heldBytes() {
    return headBytes + scratchBytes - SCRATCH_BYTES;
  }

  /** A head is complete; returns whether one of its lines was folded. */
  boolean onHeadEnd() {
    final boolean folds = folded;
    folded = false;
    lineBegins = false;
    return folds;
  }

  /** The request is complete, or forgotten. */
  void onRequestEnd() {
    headBytes = 0;
  }

  /** Part of a head was read: these bytes of the buffer. */
  void onHead(final ByteBuf in, final int start, final int end) {
    int line = headBytes == 0 ? firstOfHead(in, start, end) : start;
    boolean begins = lineBegins || line > start;
    headBytes += 2 * (end - line);
    while (line < end) {
      if (begins && (in.getByte(line) == ' ' || in.getByte(line) == '\t')) {
        folded = true;
      }
      final int lineFeed = in.indexOf(line, end, (byte) '\n');
      begins = lineFeed >= 0;
      headBytes += begins ? LINE_BYTES : 0;
      noteLine((begins ? lineFeed : end) - line);
      line = begins ? lineFeed + 1 : end;
    }
    lineBegins = begins;
  }

  /** Bytes of a body were read, and decoded to these messages. */
  void onBody(final int readBytes, final List<Object> messages) {
    // What is read of a body beside its content: lengths of chunks, and trailers.
    int bytes = readBytes;
    for (int i = 0; i < messages.size(); i++) {
      bytes -= ((HttpContent) messages.get(i)).content().readableBytes();
    }
    noteLine(bytes);
    if (messages.isEmpty()) {
      headBytes += 2L * bytes;
    }
  }

  /** The decoder below copies each line, and keeps the room that the longest one took. */
  private void noteLine(final int length) {
    if (length > scratchBytes) {
      final int longest = Math.max(HeadRules.MAX_REQUEST_LINE_BYTES, HeadRules.MAX_HEADER_BYTES);
      scratchBytes = MathUtil.findNextPositivePowerOfTwo(Math.min(length, longest));
    }
  }

  /** Where the first line that is not empty begins, or the end. */
  static int firstOfHead(final ByteBuf in, final int start, final int end) {
    int line = start;
    while (line < end && (in.getByte(line) == '\r' || in.getByte(line) == '\n')) {
      line++;
    }
    return line;
  }
}
