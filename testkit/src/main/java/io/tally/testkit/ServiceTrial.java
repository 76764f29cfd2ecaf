package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What an author says of a service, so that {@link ClusterTest} can try it on faulty clusters: what
 * its clients ask for, how that is encoded and its answers are decoded, what has to be answered,
 * and whatever else must be true of a history. Each history has a trial of its own, so a trial may
 * keep what it learns. All of it is called by the thread that runs the test.
 *
 * <p>A shard of a history sets timers of the kit's own, too, so it has room for 64 more than the
 * service declares, and ids from {@link Long#MIN_VALUE} on are not the service's. What a service
 * does where no timer is left belongs into a test with {@link ShardHarness}.
 *
 * <p>A history lasts for some seconds of virtual time, requests for some tens of milliseconds:
 * times that clients ask for should be of that order.
 *
 * @param <C> what a client asks for: a value with {@code equals}, such as an enum or a record.
 *     Equal ones for the same entity must have the same payload, and others must not.
 * @param <A> what it is answered: a value with {@code equals}.
 */
public interface ServiceTrial<C, A> {
  /**
   * Makes the service as a process hosts it.
   *
   * @return a fresh definition, equal to all others; its services show their state in snapshots,
   *     whose records have other template ids than 64,801 and 64,802.
   */
  ServiceDefinition service();

  /**
   * The entities that clients ask.
   *
   * @return their ids, one at least; four of them by default.
   */
  default List<String> ids() {
    return List.of("a", "b", "c", "d");
  }

  /**
   * Draws what a client asks next.
   *
   * @param id of the entity.
   * @param random on which alone the answer depends.
   * @return what it asks for. Whether that is a write follows from its message.
   */
  C draw(String id, RandomGenerator random);

  /**
   * Writes the payload of a command.
   *
   * @param id of the entity.
   * @param call what is asked for.
   * @param buffer to hold it.
   * @param offset of the message, an SBE message of the service's schema with its header.
   * @return length in bytes.
   */
  int encode(String id, C call, MutableDirectBuffer buffer, int offset);

  /**
   * Reads an answer.
   *
   * @param call that is answered.
   * @param serviceCode why the service refused, 1 to 255; 0 if it did not.
   * @param reply a copy of it, of its exact length.
   * @return what was answered.
   */
  A decode(C call, int serviceCode, DirectBuffer reply);

  /**
   * A client was told an answer. What it learns from it may go into what is drawn next.
   *
   * @param id of the entity.
   * @param call that is answered.
   * @param answer as decoded.
   */
  default void onAnswer(final String id, final C call, final A answer) {}

  /**
   * Makes a model of one shard: it must say what the service says.
   *
   * @return a fresh one, with no state; by default there is none, and nothing is compared.
   */
  default Oracle<C, A> oracle() {
    return null;
  }

  /**
   * Looks for what else is wrong with a history, which has come to its end.
   *
   * @param history all that clients and shards saw.
   * @return one line for each violation; by default none.
   */
  default List<String> check(final ServiceHistory<C, A> history) {
    return List.of();
  }
}
