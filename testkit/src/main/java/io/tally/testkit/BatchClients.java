package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.CounterOperation;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ShardService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Clients that send batches of increments, often several for one counter, as items under one key or
 * without one. While they do not know of all items, they send those with a key again, in another
 * order of the counters.
 */
final class BatchClients extends CounterClients {
  private static final int COUNTERS = 4;
  private static final int MAX_ITEMS = 6;

  private final BatchWitness witness;
  private final Entity[] counters = new Entity[COUNTERS];
  private long lastIdentity;

  BatchClients(
      final World world,
      final Settings settings,
      final Traces traces,
      final Attempts attempts,
      final Consumer<String> violations,
      final long loadEndNs) {
    super(world, settings, traces, attempts, loadEndNs);
    witness = new BatchWitness(violations);
    for (int i = 0; i < COUNTERS; i++) {
      counters[i] = Entity.counter("batched-" + i);
    }
  }

  @Override
  void begin() {
    if (isLoading()) {
      new Batch(world.chance(0.7)).send(MAX_RETRIES);
      world.after(world.between(1, 120 * MS), this::begin);
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

  private final class Batch {
    private final String key;
    private final List<BatchItem> items = new ArrayList<>();
    private final long firstNs = world.nowNs();
    private int underWay;
    private boolean isUnknown;

    private Batch(final boolean keyed) {
      final long first = lastIdentity;
      lastIdentity += COUNTERS;
      key = keyed ? "batch-" + first : "";
      final int[] ordinals = new int[COUNTERS];
      final int count = 2 + world.nextInt(MAX_ITEMS - 1);
      for (int i = 0; i < count; i++) {
        final int counter = world.nextInt(COUNTERS);
        items.add(
            new BatchItem(first + counter, counters[counter], keyed ? ++ordinals[counter] : 0));
      }
    }

    private void send(final int retriesLeft) {
      isUnknown = false;
      final List<Sent> sent = new ArrayList<>();
      for (final BatchItem item : items) {
        sent.add(world.nextInt(sent.size() + 1), new Sent(this, item, retriesLeft));
      }
      underWay = sent.size();
      sent.forEach(this::hand);
    }

    private void hand(final Sent item) {
      witness.onSent(item.item);
      if (attempts.hand(item)) {
        traces.add(Trace.ITEMS);
      } else {
        item.onEnd(Fate.NOT_APPLIED, 0, false);
      }
    }

    private void onEnd(final Fate fate, final int retriesLeft) {
      isUnknown |= fate == Fate.UNKNOWN;
      if (--underWay == 0 && isUnknown && !key.isEmpty() && retriesLeft > 0) {
        retryLater(firstNs, () -> retry(retriesLeft - 1));
      }
    }

    private void retry(final int retriesLeft) {
      traces.add(Trace.BATCHES_RETRIED);
      send(retriesLeft);
    }
  }

  private final class Sent extends CounterAttempt {
    private final CounterReplyAdapter reply = new CounterReplyAdapter();
    private final Batch batch;
    private final BatchItem item;
    private final int retriesLeft;
    private long value;

    private Sent(final Batch batch, final BatchItem item, final int retriesLeft) {
      super(item.counter(), true);
      this.batch = batch;
      this.item = item;
      this.retriesLeft = retriesLeft;
    }

    /** All items for one counter have the same payload, so that only their keys tell them apart. */
    @Override
    public void submit(
        final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
      final byte[] id = item.counter().id();
      final byte[] key = batch.key.getBytes(StandardCharsets.US_ASCII);
      final CounterRequest request =
          new CounterRequest()
              .keyItem(item.ordinal())
              .condition(Condition.NONE, 0, item.identity());
      new CounterProxy(ingress)
          .write(
              CounterOperation.INCREMENT,
              nowNs,
              id,
              0,
              id.length,
              request,
              key,
              0,
              key.length,
              handler,
              cookie);
    }

    @Override
    public boolean onReply(
        final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
      final boolean isSum =
          reply.wrap(buffer, offset, length) && reply.status() == CounterStatus.OK;
      value = isSum ? reply.value() : 0;
      return isSum;
    }

    @Override
    void onEnd(final Fate fate, final long incarnation, final boolean replayed) {
      witness.onEnd(item, fate, incarnation, replayed, value);
      if (replayed) {
        traces.add(Trace.ITEMS_REPLAYED);
      }
      batch.onEnd(fate, retriesLeft);
    }
  }
}
