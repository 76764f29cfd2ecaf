package io.tally.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the OpenAPI document says of an {@link Endpoint} beyond what the row declares: texts,
 * examples, and the schema of answers that the row does not describe. Made once, by one thread.
 */
public final class Documentation {
  static final Documentation NONE = new Documentation("", "");

  final String operationId;
  final String description;
  final Map<String, String> requestTexts = new LinkedHashMap<>();
  final Map<String, String> answerTexts = new LinkedHashMap<>();
  final Map<String, String> listMembers = new LinkedHashMap<>();
  final List<Answer> answers = new ArrayList<>();
  final List<Example> examples = new ArrayList<>();

  /** An answer in a form that its row does not describe. */
  record Answer(int status, String mediaType, String schema, String description) {}

  private Documentation(final String operationId, final String description) {
    this.operationId = operationId;
    this.description = description;
  }

  /**
   * Documents a row.
   *
   * @param operationId name of the operation, for generated clients: letters and digits, and no two
   *     rows have the same.
   * @param description what it does, in CommonMark.
   * @return the documentation.
   */
  public static Documentation of(final String operationId, final String description) {
    return new Documentation(operationId, description);
  }

  /**
   * Describes something that the request may give.
   *
   * @param name of a member of the body, of a parameter of the query, or {@code id}.
   * @param text in CommonMark.
   * @return this.
   */
  public Documentation request(final String name, final String text) {
    requestTexts.put(name, text);
    return this;
  }

  /**
   * Describes members of the answer.
   *
   * @param texts by the name of the member; names that the answer does not have are passed over, so
   *     that rows with like answers can share them.
   * @return this.
   */
  public Documentation answer(final Map<String, String> texts) {
    answerTexts.putAll(texts);
    return this;
  }

  /**
   * Describes a member that an answer of items may have beside them.
   *
   * @param name of the member.
   * @param schema JSON Schema of it, as JSON.
   * @return this.
   */
  public Documentation besideItems(final String name, final String schema) {
    listMembers.put(name, schema);
    return this;
  }

  /**
   * Describes an answer in a form of which the row says no more than its media type, or not even
   * that.
   *
   * @param status of the answer.
   * @param mediaType of its content.
   * @param schema JSON Schema of its content, as JSON.
   * @param text what it says, in CommonMark.
   * @return this.
   */
  public Documentation answer(
      final int status, final String mediaType, final String schema, final String text) {
    answers.add(new Answer(status, mediaType, schema, text));
    return this;
  }

  /**
   * Adds examples. Those of all rows are requests that follow each other, in the order of the
   * document.
   *
   * @param more each with a name of its own.
   * @return this.
   */
  public Documentation examples(final Example... more) {
    examples.addAll(List.of(more));
    return this;
  }

  /** The schema declared for a form; null if there is none. */
  String schema(final int status, final String mediaType) {
    for (final Answer answer : answers) {
      if (answer.status == status && answer.mediaType.equals(mediaType)) {
        return answer.schema;
      }
    }
    return null;
  }
}
