package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.CounterOperation;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ShardService;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Clients that use what a counter can do beyond being added to: a stock between bounds, a value
 * that is replaced if nobody else did, a quota of windows and one that refills evenly. Those with a
 * key are tried again.
 */
final class OptionClients extends CounterClients {
  static final int STOCK = 10;
  static final int LIMIT = 5;
  static final int WINDOW_MS = 40;
  static final int BURST = 3;

  private static final String[] TARGETS = {"stock", "swapped", "windowed", "rated"};

  private record Seen(long incarnation, long version) {}

  private final OptionWitness witness;
  private final Entity[] targets = new Entity[TARGETS.length];
  private final Map<Entity, Seen> seen = new HashMap<>();
  private long lastIdentity;

  OptionClients(
      final World world,
      final Settings settings,
      final Traces traces,
      final Attempts attempts,
      final Consumer<String> violations,
      final long loadEndNs) {
    super(world, settings, traces, attempts, loadEndNs);
    witness = new OptionWitness(violations);
    for (int i = 0; i < TARGETS.length; i++) {
      targets[i] = Entity.counter(TARGETS[i]);
    }
  }

  @Override
  void begin() {
    if (isLoading()) {
      final int burst = 1 + world.nextInt(3);
      final int target = world.nextInt(TARGETS.length);
      for (int i = 0; i < burst; i++) {
        hand(draw(target), MAX_RETRIES);
      }
      world.after(world.between(1, 40 * MS), this::begin);
    }
  }

  private OptionWrite draw(final int index) {
    final Entity target = targets[index];
    final long identity = ++lastIdentity;
    final CounterRequest request =
        new CounterRequest().condition(Condition.NONE, 0, identity).value(identity);
    final CounterOperation operation =
        switch (index) {
          case 0 -> CounterOperation.INCREMENT;
          case 1 -> world.chance(0.1) ? CounterOperation.DELETE : CounterOperation.SET;
          default -> CounterOperation.LIMIT;
        };
    request.cost(1 + world.nextInt(2));
    switch (index) {
      case 0 -> request.amount(world.nextInt(7) - 3).min(0).max(STOCK).saturate(world.chance(0.3));
      case 1 -> drawSwap(operation, target, request);
      case 2 -> request.window(LIMIT, WINDOW_MS);
      default -> request.rate(LIMIT, WINDOW_MS, BURST);
    }
    final String key = world.chance(0.6) ? "option-" + identity : "";
    return new OptionWrite(identity, operation, target, request, key, world.nowNs());
  }

  private void drawSwap(
      final CounterOperation operation, final Entity target, final CounterRequest request) {
    final Seen last = seen.get(target);
    if (operation == CounterOperation.SET && last != null && world.chance(0.8)) {
      request.condition(Condition.IF_MATCH, last.incarnation, last.version);
    }
    if (world.chance(0.3)) {
      request.ttlAlways(1 + world.nextInt(100));
    }
  }

  private void hand(final OptionWrite write, final int retries) {
    if (attempts.hand(new Sent(write, retries))) {
      traces.add(Trace.OPTIONS);
    }
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
    private final CounterReplyAdapter reply = new CounterReplyAdapter();
    private final OptionWrite write;
    private final int retriesLeft;
    private OptionWrite.Answer answer;

    private Sent(final OptionWrite write, final int retriesLeft) {
      super(write.target(), true);
      this.write = write;
      this.retriesLeft = retriesLeft;
    }

    @Override
    public void submit(
        final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
      write.submit(new CounterProxy(ingress), nowNs, handler, cookie);
    }

    @Override
    public boolean onReply(
        final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
      if (!reply.wrap(buffer, offset, length)) {
        return false;
      }
      answer = OptionWrite.Answer.of(reply);
      return true;
    }

    @Override
    void onEnd(final Fate fate, final long incarnation, final boolean replayed) {
      if (fate == Fate.APPLIED) {
        traces.add(Trace.valueOf("OPTIONS_" + answer.status()));
        witness.onAnswer(write, incarnation, replayed, answer);
        if (answer.version() != 0) {
          seen.put(write.target(), new Seen(incarnation, answer.version()));
        }
      } else if (fate == Fate.NOT_APPLIED && write.key().isEmpty()) {
        witness.onNotApplied(write);
      } else if (fate == Fate.UNKNOWN && !write.key().isEmpty() && retriesLeft > 0) {
        retryLater(write.firstNs(), () -> hand(write, retriesLeft - 1));
      }
    }
  }
}
