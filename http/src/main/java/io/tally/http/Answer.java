package io.tally.http;

/** Takes what a service's reply says of an entity, for an {@link AnswerShape}. */
public interface Answer {
  /**
   * Sets an integer of the answer.
   *
   * @param index in the endpoint's {@link AnswerShape}, below 5.
   * @param value to be shown.
   */
  void integer(int index, long value);
}
