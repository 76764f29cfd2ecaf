package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.CounterOperation;
import io.tally.counter.CounterPageAdapter;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterRequest;
import io.tally.counter.CounterShardProxy;
import io.tally.engine.Ingress;
import io.tally.engine.ReplyHandler;
import io.tally.engine.ShardService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * A client that goes through the counters with a prefix, page by page and shard by shard, again and
 * again; and others that make such counters and remove some of them meanwhile.
 */
final class ScanClients extends CounterClients {

  /** Longest time from one page to the request for the next. */
  private static final long PAUSE_NS = 60 * MS;

  private static final String PREFIX = "seen-";
  private static final int COUNTERS = 32;

  /** One of so many counters is never removed. */
  private static final int STAYS = 3;

  /** Rows of a page that is a short message. */
  private static final int MAX_ROWS = 4;

  /** More pages than a shard can have. */
  private static final int MAX_PAGES = 2 * COUNTERS;

  private final ScanWitness witness;
  private final Entity[] counters = new Entity[COUNTERS];

  /** One of each shard; a scan is placed by its number. */
  private final Entity[] shards = new Entity[Settings.SHARD_COUNT];

  ScanClients(
      final World world,
      final Settings settings,
      final Traces traces,
      final Attempts attempts,
      final Consumer<String> violations,
      final long loadEndNs) {
    super(world, settings, traces, attempts, loadEndNs);
    for (int i = 0; i < COUNTERS; i++) {
      counters[i] = Entity.counter(PREFIX + i);
      shards[counters[i].shardId()] = counters[i];
    }
    witness = new ScanWitness(world, violations, List.of(counters));
  }

  @Override
  void begin() {
    beginPass(0);
    write();
  }

  private void write() {
    if (isLoading()) {
      final int index = world.nextInt(COUNTERS);
      attempts.hand(new Write(counters[index], index % STAYS != 0 && world.chance(0.5)));
      world.after(world.between(1, 30 * MS), this::write);
    }
  }

  private void beginPass(final int shardId) {
    new Page(new ScanPass(shardId, world.stamp()), 0).hand(world.skewed(PAUSE_NS));
  }

  @Override
  ShardService seen(final ShardService service) {
    return witness.of(service);
  }

  /** What was wrong was said when it was seen. */
  @Override
  void judge() {}

  /** Makes a counter, or removes it. */
  private final class Write extends CounterAttempt {
    private final boolean removes;

    private Write(final Entity counter, final boolean removes) {
      super(counter, true);
      this.removes = removes;
    }

    @Override
    public void submit(
        final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
      final byte[] id = target().id();
      final CounterOperation operation = removes ? CounterOperation.DELETE : CounterOperation.SET;
      final CounterRequest request = new CounterRequest().value(1);
      new CounterProxy(ingress)
          .write(operation, nowNs, id, 0, id.length, request, id, 0, 0, handler, cookie);
    }

    @Override
    public boolean onReply(
        final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
      return new CounterReplyAdapter().wrap(buffer, offset, length);
    }

    @Override
    void onEnd(final Fate fate, final long incarnation, final boolean replayed) {}
  }

  /** One request for the next page of a pass. */
  private final class Page extends CounterAttempt {
    private final CounterPageAdapter page = new CounterPageAdapter();
    private final List<String> ids = new ArrayList<>();
    private final ScanPass pass;
    private final int number;
    private boolean isGone;
    private int nextPosition;

    private Page(final ScanPass pass, final int number) {
      super(shards[pass.shardId()], false);
      this.pass = pass;
      this.number = number;
    }

    /** Hands the request over after a while; later where there is no process. */
    private void hand(final long delayNs) {
      world.after(
          delayNs,
          () -> {
            if (isLoading() && !attempts.hand(this)) {
              hand(10 * MS);
            }
          });
    }

    @Override
    public void submit(
        final Ingress ingress, final long nowNs, final ReplyHandler handler, final long cookie) {
      new CounterShardProxy(ingress)
          .scan(
              nowNs,
              pass.shardId(),
              pass.incarnation(),
              pass.position(),
              1 + number % MAX_ROWS,
              PREFIX.getBytes(StandardCharsets.US_ASCII),
              handler,
              cookie);
    }

    @Override
    public boolean onReply(
        final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
      if (!page.wrap(buffer, offset, length)) {
        return false;
      }
      isGone = page.isGone();
      nextPosition = page.nextPosition();
      while (page.next()) {
        ids.add(buffer.getStringWithoutLengthAscii(page.idOffset(), page.idLength()));
      }
      return true;
    }

    @Override
    void onEnd(final Fate fate, final long incarnation, final boolean replayed) {
      if (fate != Fate.APPLIED) {
        // A position stays good while the owner is away.
        new Page(pass, number).hand(world.skewed(PAUSE_NS));
        return;
      }
      traces.add(Trace.PAGES);
      witness.onPage(pass, incarnation, isGone);
      if (isGone) {
        traces.add(Trace.SCANS_GONE);
        beginPass(pass.shardId());
        return;
      }
      pass.add(incarnation, ids, nextPosition);
      if (nextPosition != 0 && number < MAX_PAGES) {
        new Page(pass, number + 1).hand(world.skewed(PAUSE_NS));
        return;
      }
      traces.add(Trace.SCANS_WHOLE);
      witness.onEnd(pass);
      beginPass((pass.shardId() + 1) % Settings.SHARD_COUNT);
    }
  }
}
