package io.tally.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request and its answer, for the {@link Documentation} of a row. */
public final class Example {
  final String name;
  final String summary;
  final Map<String, List<String>> parameters = new LinkedHashMap<>();
  String body = "";
  int status = 200;
  String mediaType;
  String answer = "";

  private Example(final String name, final String summary) {
    this.name = name;
    this.summary = summary;
  }

  /**
   * Begins an example.
   *
   * @param name letters, digits, dots, hyphens and underscores.
   * @param summary what it shows, in a few words.
   * @return the example.
   */
  public static Example of(final String name, final String summary) {
    return new Example(name, summary);
  }

  /**
   * Gives a parameter.
   *
   * @param parameter {@code id}, or name of a parameter of the query or of a header.
   * @param values one, or several of a parameter that may be repeated.
   * @return this.
   */
  public Example with(final String parameter, final String... values) {
    parameters.put(parameter, List.of(values));
    return this;
  }

  /**
   * Gives the body.
   *
   * @param json the body.
   * @return this.
   */
  public Example body(final String json) {
    body = json;
    return this;
  }

  /**
   * Sets the answer, in the row's first form.
   *
   * @param content of an answer of status 200, without the line feed at the end of JSON.
   * @return this.
   */
  public Example answer(final String content) {
    answer = content;
    return this;
  }

  /**
   * Sets the answer in another form.
   *
   * @param form media type that the request asks for.
   * @param content of an answer of status 200.
   * @return this.
   */
  public Example answer(final String form, final String content) {
    mediaType = form;
    answer = content;
    return this;
  }

  /**
   * Sets a refusal as the answer.
   *
   * @param refused status of the answer, 400 to 599.
   * @param json its problem document, without the line feed at the end.
   * @return this.
   */
  public Example refused(final int refused, final String json) {
    status = refused;
    mediaType = "application/problem+json";
    answer = json;
    return this;
  }
}
