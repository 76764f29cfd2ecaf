package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * How an answer of a few values looks: fixed bytes with the id of the path and integers in between,
 * written without allocation. Immutable.
 */
public final class AnswerShape {
  private static final int ID = -1;
  private static final int END = -2;
  private static final int MAX_DIGITS = 20;

  private final byte[] head;
  private final byte[][] texts;
  private final int[] values;

  private AnswerShape(final String contentType, final List<byte[]> texts, final int[] values) {
    head =
        (ResponseWriter.statusLine(HttpResponseStatus.OK) + "Content-Type: " + contentType + "\r\n")
            .getBytes(US_ASCII);
    this.texts = texts.toArray(new byte[0][]);
    this.values = values;
    int longest = 0;
    for (int i = 0; i < this.texts.length; i++) {
      longest += this.texts[i].length + (values[i] == ID ? PathId.MAX_ESCAPED : MAX_DIGITS);
    }
    if (longest > ResponseWriter.MAX_CONTENT_BYTES) {
      throw new IllegalArgumentException("an answer may be as long as " + longest + " bytes");
    }
  }

  /**
   * A JSON object: the id of the path first, and then integers.
   *
   * @param id describes the id, and names its member.
   * @param integers names of the other members, in the order of {@link HttpExchange#integer}.
   * @return the shape.
   * @throws IllegalArgumentException if there are more than 4 integers, or the names are too long.
   */
  public static AnswerShape json(final PathId id, final String... integers) {
    if (integers.length > HttpExchange.MAX_INTEGERS) {
      throw new IllegalArgumentException("more than " + HttpExchange.MAX_INTEGERS + " integers");
    }
    final List<byte[]> texts = new ArrayList<>();
    final int[] values = new int[integers.length + 2];
    String text = "{\"" + id.member() + "\":\"";
    values[0] = ID;
    for (int i = 0; i < integers.length; i++) {
      texts.add(text.getBytes(US_ASCII));
      text = (i == 0 ? "\"" : "") + ",\"" + integers[i] + "\":";
      values[i + 1] = i;
    }
    texts.add(text.getBytes(US_ASCII));
    texts.add((integers.length == 0 ? "\"}\n" : "}\n").getBytes(US_ASCII));
    values[integers.length + 1] = END;
    return new AnswerShape("application/json", texts, values);
  }

  /**
   * One integer as text, and a line feed.
   *
   * @return the shape.
   */
  public static AnswerShape text() {
    return new AnswerShape(
        "text/plain", List.of(new byte[0], "\n".getBytes(US_ASCII)), new int[] {0, END});
  }

  byte[] head() {
    return head;
  }

  void write(final ResponseWriter out, final HttpExchange exchange) {
    for (int i = 0; i < texts.length; i++) {
      out.put(texts[i]);
      if (values[i] >= 0) {
        out.number(exchange.integer(values[i]));
      } else if (values[i] == ID) {
        out.escaped(exchange.id, exchange.idLength);
      }
    }
  }
}
