package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One of a few words that a request may give as a member of its JSON body. Its value is the word's
 * place in their list; that of the first one where it is absent or null. Immutable.
 */
public final class WordParameter extends Parameter {
  private final byte[][] words;

  private WordParameter(final String name, final ProblemType invalid, final List<String> words) {
    super(JSON, String.join(", ", words) + " or null", name, 0, false, invalid);
    this.words = words.stream().map(word -> word.getBytes(US_ASCII)).toArray(byte[][]::new);
  }

  /**
   * A member of the JSON body.
   *
   * @param name of the member; ASCII, 64 characters at most.
   * @param invalid problem type of an invalid value.
   * @param words that it may be; ASCII, 64 characters at most each.
   * @return the parameter.
   */
  public static WordParameter member(
      final String name, final ProblemType invalid, final String... words) {
    return new WordParameter(name, invalid, List.of(words));
  }

  /** Place of a word in the list, or -1. */
  int indexOf(final byte[] text, final int length) {
    for (int i = 0; i < words.length; i++) {
      if (Arrays.equals(words[i], 0, words[i].length, text, 0, length)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  Map<String, Object> schema() {
    final List<Object> known = new ArrayList<>();
    for (final byte[] word : words) {
      known.add(new String(word, US_ASCII));
    }
    known.add(null);
    final Map<String, Object> schema = typed("string");
    schema.put("enum", known);
    return schema;
  }
}
