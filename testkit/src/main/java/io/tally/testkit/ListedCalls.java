package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The trial of a service whose clients ask for one of a few things, each as often. */
record ListedCalls<C, A>(
    Supplier<? extends ServiceDefinition> definitions,
    List<C> calls,
    BiFunction<String, C, Payload> payloads,
    ReplyDecoder<C, A> replies,
    Supplier<Oracle<C, A>> oracles)
    implements ServiceTrial<C, A> {
  @Override
  public ServiceDefinition service() {
    return definitions.get();
  }

  @Override
  public C draw(final String id, final RandomGenerator random) {
    return calls.get(random.nextInt(calls.size()));
  }

  @Override
  public int encode(
      final String id, final C call, final MutableDirectBuffer buffer, final int offset) {
    return payloads.apply(id, call).encode(buffer, offset);
  }

  @Override
  public A decode(final C call, final int serviceCode, final DirectBuffer reply) {
    return replies.decode(call, serviceCode, reply);
  }

  @Override
  public Oracle<C, A> oracle() {
    return oracles.get();
  }
}
