package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How an answer of a few values looks: fixed bytes with the id of the path and integers in between,
 * written without allocation, but for a tag. Immutable.
 */
public final class AnswerShape {
  private static final int MAX_DIGITS = 20;
  private static final int NO_TAG = -1;
  private static final byte[] QUOTE = ascii("\"");

  /** The shape of an {@link EventStream}, which writes its own content. */
  static final AnswerShape EVENTS = ofHead("text/event-stream");

  private final String mediaType;
  private final PathId id;
  private final List<String> members;
  private final byte[] head;

  /** What stands before the id; null if the id is not shown. */
  private final byte[] beforeId;

  /** What follows the id, up to the first integer that is always shown. */
  private final byte[] afterId;

  /** What stands before each integer. */
  private final byte[][] names;

  /** Number of integers that are always shown; the others are where they are set. */
  private final int fixedCount;

  /** First of the two integers that are shown as a tag, or {@link #NO_TAG}. */
  private final int tag;

  /** Bit i is set if integer i is a duration. */
  private final int durations;

  private final byte[] end;

  private AnswerShape(
      final String mediaType,
      final PathId id,
      final List<String> members,
      final byte[] beforeId,
      final byte[][] names,
      final int fixedCount,
      final int tag,
      final int durations,
      final byte[] end) {
    if (names.length > AnswerValues.MAX_INTEGERS) {
      throw new IllegalArgumentException("more than " + AnswerValues.MAX_INTEGERS + " integers");
    }
    this.mediaType = mediaType;
    this.id = id;
    this.members = members;
    this.beforeId = beforeId;
    afterId =
        ascii(
            (beforeId == null ? "" : "\"")
                + (fixedCount == 0 ? "" : new String(names[0], US_ASCII)));
    this.names = names;
    this.fixedCount = fixedCount;
    this.tag = tag;
    this.durations = durations;
    this.end = end;
    head =
        ascii(
            ResponseWriter.statusLine(HttpResponseStatus.OK)
                + "Content-Type: "
                + mediaType
                + "\r\n");
    int longest = end.length + (beforeId == null ? 0 : beforeId.length + PathId.MAX_ESCAPED + 1);
    for (final byte[] name : names) {
      longest += name.length + MAX_DIGITS;
    }
    if (longest > ResponseWriter.MAX_ANSWER_BYTES) {
      throw new IllegalArgumentException("an answer may be as long as " + longest + " bytes");
    }
  }

  /**
   * A JSON object: the id of the path first, and then integers.
   *
   * @param id describes the id, and names its member.
   * @param integers names of the other members, in the order of {@link HttpExchange#integer}; one
   *     that is not set is shown as 0.
   * @return the shape.
   * @throws IllegalArgumentException if there are more than 5 integers, or the names are too long.
   */
  public static AnswerShape json(final PathId id, final String... integers) {
    return new AnswerShape(
        "application/json",
        id,
        List.of(integers),
        ascii("{\"" + id.member() + "\":\""),
        members(integers),
        integers.length,
        NO_TAG,
        0,
        ascii("}\n"));
  }

  /**
   * The same JSON object with integers behind the others that are shown only where they are set.
   *
   * @param integers names of these members, in the order of {@link HttpExchange#integer}.
   * @return another shape.
   * @throws IllegalArgumentException if there are more than 5 integers, or the names are too long.
   */
  public AnswerShape optional(final String... integers) {
    final byte[][] all =
        Stream.concat(Arrays.stream(names), Arrays.stream(members(integers)))
            .toArray(byte[][]::new);
    final List<String> allMembers =
        Stream.concat(members.stream(), Arrays.stream(integers)).toList();
    return new AnswerShape(
        mediaType, id, allMembers, beforeId, all, fixedCount, tag, durations, end);
  }

  /**
   * The same JSON object with a text of the form of an entity tag without its quotes, behind the
   * other members: two integers in hexadecimal digits, and a hyphen between them. It takes the next
   * two integers, and is shown where the first of them is set.
   *
   * @param name of the member.
   * @return another shape.
   * @throws IllegalArgumentException if there is a tag already, there are more than 5 integers, or
   *     the names are too long.
   */
  public AnswerShape tag(final String name) {
    if (tag != NO_TAG) {
      throw new IllegalArgumentException("a second tag: " + name);
    }
    final byte[][] all = Arrays.copyOf(names, names.length + 2);
    all[names.length] = ascii(",\"" + name + "\":\"");
    all[names.length + 1] = QUOTE;
    final List<String> allMembers = Stream.concat(members.stream(), Stream.of(name, "")).toList();
    return new AnswerShape(
        mediaType, id, allMembers, beforeId, all, fixedCount, names.length, durations, end);
  }

  /**
   * The same JSON object with members that say for how long something is still so, in milliseconds.
   * An event that comes later than its value shows what is left by then. Of a member that is always
   * shown, that is 1 at least, until the service tells of the end; an optional one is left out at
   * its end.
   *
   * @param indexes of these members, as {@link Answer#integer} has them.
   * @return another shape.
   * @throws IllegalArgumentException if there is no such member.
   */
  public AnswerShape durations(final int... indexes) {
    int bits = durations;
    for (final int index : indexes) {
      if (index < 0 || index >= members.size() || isTag(index) || members.get(index).isEmpty()) {
        throw new IllegalArgumentException("no such integer: " + index);
      }
      bits |= 1 << index;
    }
    return new AnswerShape(mediaType, id, members, beforeId, names, fixedCount, tag, bits, end);
  }

  /**
   * One integer as text, and a line feed.
   *
   * @return the shape.
   */
  public static AnswerShape text() {
    return new AnswerShape(
        "text/plain", null, List.of(), null, new byte[1][0], 1, NO_TAG, 0, ascii("\n"));
  }

  /** A media type to choose, whose content is written by others. */
  static AnswerShape ofHead(final String mediaType) {
    return new AnswerShape(
        mediaType, null, List.of(), null, new byte[0][], 0, NO_TAG, 0, new byte[0]);
  }

  private static byte[][] members(final String... integers) {
    return Arrays.stream(integers).map(name -> ascii(",\"" + name + "\":")).toArray(byte[][]::new);
  }

  String mediaType() {
    return mediaType;
  }

  /** Describes the id that it shows; null if it is no JSON object. */
  PathId id() {
    return id;
  }

  /** Names of the integers of a JSON object, those first that are always shown. */
  List<String> members() {
    return members;
  }

  /** Whether a member is a text, which stands for two integers: the next name is empty. */
  boolean isTag(final int index) {
    return index == tag;
  }

  int fixedCount() {
    return fixedCount;
  }

  /** Status line and the headers that are always the same. */
  byte[] head() {
    return head;
  }

  void write(final ResponseWriter out, final HttpExchange exchange) {
    if (beforeId != null) {
      out.put(beforeId);
      out.escaped(exchange.id, exchange.idLength);
    }
    out.put(afterId);
    if (fixedCount > 0) {
      out.number(exchange.integer(0));
    }
    for (int i = 1; i < fixedCount; i++) {
      out.put(names[i]);
      out.number(exchange.integer(i));
    }
    if (exchange.hasIntegerFrom(fixedCount)) {
      writeSet(out, exchange, fixedCount);
    }
    out.put(end);
  }

  /** The integers that are set, as members of another JSON object. */
  void writeMembers(final ResponseWriter out, final HttpExchange exchange) {
    writeSet(out, exchange, 0);
  }

  private void writeSet(final ResponseWriter out, final HttpExchange exchange, final int first) {
    for (int i = first; i < names.length; i++) {
      if (i == tag) {
        writeTag(out, exchange);
        i++;
      } else if (exchange.hasInteger(i)) {
        out.put(names[i]);
        out.number(exchange.integer(i));
      }
    }
  }

  /**
   * Writes the members of an event; integers that are always shown are 0 where they are not set.
   */
  void writeMembers(
      final EventWriter out, final int set, final long[] integers, final long passedMs) {
    for (int i = 0; i < names.length; i++) {
      final boolean isShown = i < fixedCount || (set & 1 << i) != 0;
      if (i == tag) {
        if (isShown) {
          out.put(names[i]).tag(integers[i], integers[i + 1]).put(QUOTE);
        }
        i++;
      } else if (isShown && (durations & 1 << i) != 0) {
        writeDuration(out, i, integers[i], passedMs);
      } else if (isShown) {
        out.put(names[i]).number(integers[i]);
      }
    }
  }

  private void writeDuration(
      final EventWriter out, final int index, final long durationMs, final long passedMs) {
    final long leftMs = durationMs - passedMs;
    if (index < fixedCount) {
      // What ends is a change, of which the service has not told yet.
      out.put(names[index]).number(durationMs > 0 ? Math.max(1, leftMs) : durationMs);
    } else if (leftMs > 0) {
      out.put(names[index]).number(leftMs);
    }
  }

  private void writeTag(final ResponseWriter out, final HttpExchange exchange) {
    if (exchange.hasInteger(tag)) {
      out.put(names[tag]);
      out.put(ascii(EventStream.tag(exchange.integer(tag), exchange.integer(tag + 1))));
      out.put(QUOTE);
    }
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
