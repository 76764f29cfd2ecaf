package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the lines of events. One for each event loop: not thread-safe. */
public final class EventWriter {
  private static final int MAX_DIGITS = 20;

  private final byte[] digits = new byte[MAX_DIGITS];
  private final UnsafeBuffer digitsBuffer = new UnsafeBuffer(digits);
  private ByteBuf out;

  EventWriter() {}

  EventWriter to(final ByteBuf target) {
    out = target;
    return this;
  }

  /**
   * Appends bytes as they are.
   *
   * @param bytes in UTF-8; a line feed ends a line.
   * @return this.
   */
  public EventWriter put(final byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /**
   * Appends a number in decimal digits.
   *
   * @param value the number.
   * @return this.
   */
  public EventWriter number(final long value) {
    out.writeBytes(digits, 0, digitsBuffer.putLongAscii(0, value));
    return this;
  }

  /**
   * Appends an entity tag without its quotes, as the ETag of an answer has it.
   *
   * @param incarnation of the shard.
   * @param version of the entity; 0 if it does not exist.
   * @return this.
   */
  public EventWriter tag(final long incarnation, final long version) {
    return put(EventStream.tag(incarnation, version).getBytes(US_ASCII));
  }

  /**
   * Appends an id within a JSON string.
   *
   * @param id as {@link PathId} accepts it: without control characters.
   * @return this.
   */
  public EventWriter escaped(final byte[] id) {
    for (final byte next : id) {
      if (next == '"' || next == '\\') {
        out.writeByte('\\');
      }
      out.writeByte(next);
    }
    return this;
  }
}
