package io.tally.transport.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Parts what a NATS server sends: frames go to those who subscribed to them, all other lines to who
 * reads. It has one reader; any thread subscribes.
 */
final class FrameInput {
  /** Where the bytes come from, such as a socket. */
  interface Source {
    /** As {@link java.io.InputStream#read(byte[], int, int)}. */
    int read(byte[] target, int offset, int length) throws IOException;
  }

  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final byte[] MESSAGE = "MSG ".getBytes(ISO_8859_1);
  private static final int END_BYTES = 2;

  /** A frame of which so many bytes are missing is read to where it stays. */
  private static final int DIRECT_BYTES = 1 << 12;

  private final Source source;
  private final Map<String, FrameListener> listeners = new ConcurrentHashMap<>();

  // Of the reader.
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] line = new byte[1 << 10];
  private int lineLength;

  /** Of a whole line, how much was handed on. */
  private int linePosition;

  private boolean handsOn;

  /** Null between frames. */
  private byte[] frame;

  /** Of the frame and the end of its line. */
  private int frameLength;

  private FrameListener frameListener;

  FrameInput(final Source source) {
    this.source = source;
  }

  /** Gives the frames of a subscription to this listener, on the reader's thread. */
  void add(final String subscription, final FrameListener listener) {
    listeners.put(subscription, listener);
  }

  void remove(final String subscription) {
    listeners.remove(subscription);
  }

  /** Whether all that the source gave has been read. */
  boolean isEmpty() {
    return position == limit && lineLength == 0;
  }

  /** As {@link Source#read}, without the frames, which have been delivered when this returns. */
  int read(final byte[] target, final int offset, final int length) throws IOException {
    while (!handsOn) {
      if (position == limit) {
        final int count = readMore();
        if (count <= 0) {
          return count;
        }
      } else if (frame == null) {
        readLine();
      } else {
        readFrame();
      }
    }
    final int count = Math.min(length, lineLength - linePosition);
    System.arraycopy(line, linePosition, target, offset, count);
    linePosition += count;
    if (linePosition == lineLength) {
      handsOn = false;
      lineLength = 0;
    }
    return count;
  }

  private int readMore() throws IOException {
    if (frame != null && frame.length - frameLength >= DIRECT_BYTES) {
      final int count = source.read(frame, frameLength, frame.length - frameLength);
      frameLength += Math.max(0, count);
      return count;
    }
    position = 0;
    limit = 0;
    final int count = source.read(buffer, 0, buffer.length);
    limit = Math.max(0, count);
    return count;
  }

  private void readLine() throws IOException {
    int end = position;
    while (end < limit && buffer[end] != '\n') {
      end++;
    }
    final boolean isWhole = end < limit;
    final int count = (isWhole ? end + 1 : end) - position;
    if (lineLength + count > MAX_LINE_BYTES) {
      throw new IOException("the server sent a line of more than " + MAX_LINE_BYTES + " bytes");
    }
    if (lineLength + count > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, lineLength + count));
    }
    System.arraycopy(buffer, position, line, lineLength, count);
    lineLength += count;
    position += count;
    if (!isWhole) {
      return;
    }
    final int words = Math.min(MESSAGE.length, lineLength);
    if (Arrays.equals(line, 0, words, MESSAGE, 0, MESSAGE.length)) {
      beginFrame(new String(line, words, lineLength - words, ISO_8859_1));
      lineLength = 0;
    } else {
      handsOn = true;
      linePosition = 0;
    }
  }

  /** The words are: subject, subscription, where to reply if that is asked for, length. */
  private void beginFrame(final String words) throws IOException {
    try {
      final int subscription = words.indexOf(' ') + 1;
      frameListener =
          listeners.get(words.substring(subscription, words.indexOf(' ', subscription)));
      frame = new byte[Integer.parseInt(words.substring(words.lastIndexOf(' ') + 1).strip())];
      frameLength = 0;
    } catch (final IndexOutOfBoundsException
        | NumberFormatException
        | NegativeArraySizeException e) {
      throw new IOException("the server sent no message: " + words.strip(), e);
    }
  }

  private void readFrame() {
    final int count = Math.max(0, Math.min(frame.length - frameLength, limit - position));
    System.arraycopy(buffer, position, frame, Math.min(frameLength, frame.length), count);
    final int skipped =
        Math.min(frame.length + END_BYTES - frameLength - count, limit - position - count);
    frameLength += count + skipped;
    position += count + skipped;
    if (frameLength == frame.length + END_BYTES) {
      final byte[] whole = frame;
      frame = null;
      if (frameListener != null) {
        frameListener.onFrame(whole);
      }
    }
  }
}
