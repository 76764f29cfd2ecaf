package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import java.util.HashMap;
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
  public Integer draw(final String id, final RandomGenerator random) {
    return random.nextInt(4) == 0 ? Dispenser.LOOK : Dispenser.TAKE;
  }

  @Override
  public int encode(
      final String id, final Integer call, final MutableDirectBuffer buffer, final int offset) {
    return Dispenser.encode(call, buffer, offset);
  }

  @Override
  public Long decode(final Integer call, final int serviceCode, final DirectBuffer reply) {
    return serviceCode == Dispenser.EMPTY ? EMPTY : reply.getLong(0);
  }

  @Override
  public Oracle<Integer, Long> oracle() {
    final Map<String, Long> ends = new HashMap<>();
    final Map<String, Long> given = new HashMap<>();
    return (timeNs, id, call) -> {
      final long before = timeNs < ends.getOrDefault(id, 0L) ? given.get(id) : 0;
      if (call == Dispenser.LOOK || before == Dispenser.NUMBERS) {
        return call == Dispenser.LOOK ? before : EMPTY;
      }
      if (before == 0) {
        ends.put(id, timeNs + Dispenser.SHIFT_NS);
      }
      given.put(id, before + 1);
      return before + 1;
    };
  }
}
