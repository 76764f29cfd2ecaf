package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A query that may name several items by a parameter that is given once for each, and beside it
 * texts and integers. Immutable.
 */
final class ItemsQuery {
  final PathId id;
  final String name;
  final byte[] nameBytes;
  final int maxItems;
  final List<TextParameter> texts;
  final Refusal tooMany;
  final Refusal idEmpty;
  final Refusal idTooLong;

  /** Items with ids of a kind, at most so many, named by a parameter. */
  ItemsQuery(
      final PathId id, final String name, final int maxItems, final List<TextParameter> texts) {
    this.id = id;
    this.name = name;
    this.maxItems = maxItems;
    this.texts = texts;
    nameBytes = name.getBytes(US_ASCII);
    final String given = "invalid query: " + name;
    tooMany =
        Refusal.of(
            ProblemTypes.TOO_MANY_ITEMS, 413, given + " is given more than " + maxItems + " times");
    idEmpty = Refusal.of(id.invalid, 400, given + " is empty");
    idTooLong =
        Refusal.of(id.invalid, 400, given + " is longer than " + PathId.MAX_BYTES + " bytes");
  }

  /** The JSON Schema of the items that it names. */
  Map<String, Object> schema() {
    return maxItems == 1
        ? id.schema()
        : ApiSchemas.object("type", "array", "items", id.schema(), "maxItems", maxItems);
  }

  /** All that can be wrong. */
  List<Refusal> refusals() {
    final List<Refusal> all = new ArrayList<>(List.of(tooMany, idEmpty, idTooLong));
    all.addAll(id.refusals());
    texts.forEach(text -> all.addAll(text.refusals()));
    return all;
  }
}
