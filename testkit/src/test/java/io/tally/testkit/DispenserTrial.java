package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Tries the dispenser. Asked for are templates; the answer is a number, or that it is empty. */
class DispenserTrial implements ServiceTrial<Integer, Long> {
  private static final long EMPTY = -1;

  @Override
  public ServiceDefinition service() {
    return new Dispenser.Definition();
  }

  @Override
  public List<String> ids() {
    return List.of("north", "east", "south", "west");
  }

  @Override
  public Integer draw(final String id, final RandomGenerator random) {
    return random.nextInt(4) == 0 ? Dispenser.LOOK : Dispenser.TAKE;
  }

  @Override
  public int encode(
      final String id, final Integer call, final MutableDirectBuffer buffer, final int offset) {
    return Dispenser.encode(call, buffer, offset);
  }

  @Override
  public Long decode(
      final Integer call,
      final int serviceCode,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    return serviceCode == Dispenser.EMPTY ? EMPTY : buffer.getLong(offset);
  }

  @Override
  public Oracle<Integer, Long> oracle() {
    final Map<String, Long> ends = new HashMap<>();
    final Map<String, Long> given = new HashMap<>();
    return (timeNs, id, call) -> {
      if (timeNs >= ends.getOrDefault(id, 0L)) {
        given.put(id, 0L);
      }
      if (call == Dispenser.TAKE && given.get(id) == 0) {
        ends.put(id, timeNs + Dispenser.SHIFT_NS);
      }
      if (call == Dispenser.TAKE && given.get(id) == Dispenser.NUMBERS) {
        return EMPTY;
      }
      return given.merge(id, call == Dispenser.TAKE ? 1L : 0L, Long::sum);
    };
  }
}
