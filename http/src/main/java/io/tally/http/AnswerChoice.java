package io.tally.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The forms that the answer of an endpoint can have, and the choice between them by the Accept
 * field. Remembers the last field, since most clients of a loop send the same. Not thread-safe.
 */
final class AnswerChoice {
  static final AnswerChoice NONE = new AnswerChoice();

  private static final String ANYTHING = "*/*";
  private static final Map<String, Set<String>> PARAMETERS = Map.of("charset", Set.of("utf-8"));

  private final AnswerShape[] shapes;
  private final List<AcceptField.Offer> offers;
  private final Refusal unacceptable;
  private String lastAccept = ANYTHING;
  private AnswerShape lastShape;

  /** The first shape is that for clients without a preference. */
  AnswerChoice(final AnswerShape... shapes) {
    this.shapes = shapes.clone();
    offers =
        Arrays.stream(shapes)
            .map(shape -> new AcceptField.Offer(shape.mediaType(), PARAMETERS))
            .toList();
    unacceptable =
        Refusal.of(
            ProblemTypes.NOT_ACCEPTABLE,
            406,
            "the answer is "
                + Arrays.stream(shapes)
                    .map(AnswerShape::mediaType)
                    .collect(Collectors.joining(" or ")));
    lastShape = first();
  }

  /** These shapes, and another one for those who ask for it by name. */
  AnswerChoice with(final AnswerShape shape) {
    final AnswerShape[] all = Arrays.copyOf(shapes, shapes.length + 1);
    all[shapes.length] = shape;
    return new AnswerChoice(all);
  }

  /** Whether the answer depends on the Accept field. */
  boolean varies() {
    return shapes.length > 1;
  }

  /** The shape for clients without a preference; null if there is none. */
  AnswerShape first() {
    return shapes.length == 0 ? null : shapes[0];
  }

  /** All shapes, that for clients without a preference first. */
  List<AnswerShape> shapes() {
    return List.of(shapes);
  }

  /** What is said to a client that accepts none. */
  Refusal unacceptable() {
    return unacceptable;
  }

  /** The shape that a client prefers; null if it accepts none. */
  AnswerShape choose(final HttpHeaders headers) {
    if (!varies() || !headers.contains(HttpHeaderNames.ACCEPT)) {
      return first();
    }
    final List<String> lines = headers.getAll(HttpHeaderNames.ACCEPT);
    if (lines.size() == 1 && lines.get(0).equals(lastAccept)) {
      return lastShape;
    }
    final int index = AcceptField.parse(lines).choose(offers);
    final AnswerShape shape = index < 0 ? null : shapes[index];
    if (lines.size() == 1) {
      lastAccept = lines.get(0);
      lastShape = shape;
    }
    return shape;
  }
}
