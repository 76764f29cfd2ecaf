package io.tally.engine;

import java.util.function.LongSupplier;

/**
 * How many entities of a service the shards of a process hold at most, all together.
 *
 * @param name of the entities, in plural and as in a metric: {@code leases}.
 * @param help what the metric with their number says of itself.
 * @param max most of them; 0 if there is no memory for any.
 * @param safeMax most that the memory holds in the worst case.
 * @param refusals how often one more was refused so far; for any thread.
 * @param remedy what to raise.
 */
public record EntityLimit(
    String name, String help, long max, long safeMax, LongSupplier refusals, String remedy) {
  /**
   * A limit of as many as memory holds.
   *
   * @param service name of the service.
   * @return the limit.
   */
  public static EntityLimit none(final String service) {
    return new EntityLimit(
        service + "_entities",
        "Entities that the service keeps.",
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        () -> 0,
        "the memory");
  }
}
