package io.tally.testkit;

import org.agrona.DirectBuffer;

/**
 * Reads the answers of a service under trial.
 *
 * @param <C> what a client asks for.
 * @param <A> what it is answered.
 */
@FunctionalInterface
public interface ReplyDecoder<C, A> {
  /**
   * Reads an answer, as {@link ServiceTrial#decode} does.
   *
   * @param call that is answered.
   * @param serviceCode why the service refused, 1 to 255; 0 if it did not.
   * @param reply a copy of it, of its exact length.
   * @return what was answered.
   */
  A decode(C call, int serviceCode, DirectBuffer reply);
}
