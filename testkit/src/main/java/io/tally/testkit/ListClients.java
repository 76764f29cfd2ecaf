package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Clients that send lists of operations which are applied all or not at all, and send a list again
 * when they do not know what has become of it: with its key, or without one, which may run it
 * again.
 */
final class ListClients extends CounterClients {
  private static final int COUNTERS = 3;

  /** Most operations of a list that is a short message. */
  private static final int MAX_SHORT = 4;

  private static final int MAX_LONG = 64;

  private final ListWitness witness;
  private final Entity[] counters = new Entity[COUNTERS];
  private long lastIdentity;

  ListClients(
      final World world,
      final Settings settings,
      final Traces traces,
      final Attempts attempts,
      final Consumer<String> violations,
      final long loadEndNs) {
    super(world, settings, traces, attempts, loadEndNs);
    for (int i = 0; i < COUNTERS; i++) {
      counters[i] = Entity.counter("{list}" + i);
    }
    witness = new ListWitness(violations, counters);
  }

  @Override
  void begin() {
    if (isLoading()) {
      hand(draw(), MAX_RETRIES);
      world.after(world.between(1, 60 * MS), this::begin);
    }
  }

  private AtomicList draw() {
    final long identity = ++lastIdentity;
    final boolean isLong = settings.hasLongMessages() && world.chance(0.3);
    final int count =
        isLong ? 1 + MAX_SHORT + world.nextInt(MAX_LONG - MAX_SHORT) : 1 + world.nextInt(MAX_SHORT);
    if (isLong) {
      traces.add(Trace.LONG_LISTS);
    }
    final List<AtomicList.Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(
          new AtomicList.Step(
              world.nextInt(COUNTERS),
              world.nextInt(9) - 4,
              isLong || world.chance(0.4),
              world.chance(0.2)));
    }
    final String key = world.chance(0.6) ? "list-" + identity : "";
    return new AtomicList(identity, counters, steps, key, world.nowNs());
  }

  private void hand(final AtomicList list, final int retries) {
    if (attempts.hand(new Sent(list, retries))) {
      traces.add(Trace.LISTS);
      witness.onSent(list);
    }
  }

  private void retry(final AtomicList list, final int retries) {
    traces.add(list.isKeyed() ? Trace.LISTS_RETRIED : Trace.LISTS_SENT_ANEW);
    hand(list, retries);
  }

  @Override
  ShardService seen(final ShardService service) {
    return witness.of(service);
  }

  @Override
  void judge() {
    witness.judge();
  }

  private final class Sent extends CounterAttempt {
    private final AtomicList list;
    private final int retriesLeft;
    private AtomicList.Answer answer;

    private Sent(final AtomicList list, final int retriesLeft) {
      super(counters[0], true);
      this.list = list;
      this.retriesLeft = retriesLeft;
    }

    @Override
    public void submit(
        final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
      list.submit(ingress, nowNs, handler, cookie);
    }

    @Override
    public boolean onReply(
        final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
      answer = list.read(buffer, offset, length);
      return answer != null;
    }

    @Override
    void onEnd(final Fate fate, final long incarnation, final boolean replayed) {
      witness.onEnd(list, fate, incarnation, replayed, answer);
      if (fate == Fate.APPLIED) {
        traces.add(answer.refused() < 0 ? Trace.LISTS_APPLIED : Trace.LISTS_REFUSED);
      } else if (fate == Fate.UNKNOWN && retriesLeft > 0) {
        retryLater(list.firstNs(), () -> retry(list, retriesLeft - 1));
      }
    }
  }
}
