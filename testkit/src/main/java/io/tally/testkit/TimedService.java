package io.tally.testkit;

import io.tally.engine.CopiedState;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * A service that sets and cancels timers at its commands, and judges its shard's time: it never
 * goes back, and each timer fires once, at its own time, in the order of (due, set), before the
 * first command of that time or a later one. What it expects is in snapshots, too, so that it
 * judges the timers of a restored shard.
 */
final class TimedService extends ForwardingService {
  static final int MAX_TIMERS = 64;

  /** Hears of the life of a shard when it begins. */
  interface BeginListener {
    void onBegun(ShardContext shard, ShardService service);
  }

  /** Begin of a range of timer ids that no service under test uses. */
  private static final long FIRST_TIMER = Long.MIN_VALUE;

  private static final long END_OF_TIMERS = FIRST_TIMER + (1L << 32);

  private static final int SNAPSHOT_TEMPLATE_ID = 64_801;

  private static final long MAX_DELAY_NS = 200 * Settings.MS;

  private record Due(long dueNs, long timerId) implements Comparable<Due> {
    /** Ids are given in the order in which timers are set. */
    @Override
    public int compareTo(final Due other) {
      final int byTime = Long.compare(dueNs, other.dueNs);
      return byTime != 0 ? byTime : Long.compare(timerId, other.timerId);
    }
  }

  private final Consumer<String> violations;
  private final BeginListener begun;
  private final Runnable onFired;
  private final int schemaId;
  private final boolean isAlone;
  private final TreeMap<Due, Long> set = new TreeMap<>();
  private final Map<Long, Due> byId = new HashMap<>();
  private ShardContext shard;
  private SnapshotSource snapshot;
  private long lastNs = Long.MIN_VALUE;
  private long nextTimerId = FIRST_TIMER;

  /** Alone if the service itself sets no timers. */
  TimedService(
      final ShardService service,
      final int schemaId,
      final boolean isAlone,
      final BeginListener begun,
      final Consumer<String> violations,
      final Runnable onFired) {
    super(service);
    this.schemaId = schemaId;
    this.isAlone = isAlone;
    this.begun = begun;
    this.violations = violations;
    this.onFired = onFired;
  }

  @Override
  public void onStart(final ShardContext context) {
    shard = context;
    super.onStart(context);
    snapshot =
        new JoinedSnapshot(
            SNAPSHOT_TEMPLATE_ID,
            new CopiedState(schemaId, SNAPSHOT_TEMPLATE_ID, this::image, this::restore),
            super.snapshot());
    begun.onBegun(context, service);
  }

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    goOn(timeNs);
    if (!set.isEmpty() && set.firstKey().dueNs <= timeNs) {
      violations.accept("timers: " + set.firstKey() + " has not fired by a command at " + timeNs);
    }
    play(timeNs, entityHash + timeNs);
    super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
  }

  private void goOn(final long timeNs) {
    if (timeNs < lastNs) {
      violations.accept("timers: a shard's time goes back from " + lastNs + " to " + timeNs);
    }
    lastNs = timeNs;
  }

  private void play(final long timeNs, final long draw) {
    if (draw % 2 == 0) {
      final long timerId = nextTimerId++;
      final Due due = new Due(timeNs + 1 + Math.floorMod(draw, MAX_DELAY_NS), timerId);
      final boolean hasRoom = set.size() < MAX_TIMERS;
      if (!hasRoom && !isAlone) {
        // The place that is left is that of the service's own timers.
        return;
      }
      if (shard.setTimer(timerId, due.dueNs) != hasRoom) {
        violations.accept("timers: one was set, or refused, beside " + set.size());
      } else if (hasRoom) {
        set.put(due, timerId);
        byId.put(timerId, due);
      }
    } else if (draw % 5 == 0 && !set.isEmpty()) {
      final Due due = set.lastKey();
      set.remove(due);
      byId.remove(due.timerId);
      if (!shard.cancelTimer(due.timerId)) {
        violations.accept("timers: " + due + " cannot be cancelled");
      }
    }
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    goOn(timeNs);
    if (timerId >= END_OF_TIMERS) {
      super.onTimer(timeNs, timerId);
      return;
    }
    final Due due = byId.remove(timerId);
    if (due == null || due.dueNs != timeNs || !due.equals(set.firstKey())) {
      violations.accept("timers: " + timerId + " fires at " + timeNs + ", set are " + set.keySet());
    }
    if (due != null) {
      set.remove(due);
    }
    onFired.run();
  }

  @Override
  public SnapshotSource snapshot() {
    return snapshot;
  }

  private byte[] image() {
    final ByteBuffer image = ByteBuffer.allocate(Long.BYTES * (3 + 2 * set.size()));
    image.putLong(lastNs).putLong(nextTimerId).putLong(set.size());
    set.keySet().forEach(due -> image.putLong(due.dueNs).putLong(due.timerId));
    return image.array();
  }

  private void restore(final byte[] image) {
    final ByteBuffer from = ByteBuffer.wrap(image);
    lastNs = from.getLong();
    nextTimerId = from.getLong();
    for (long left = from.getLong(); left > 0; left--) {
      final Due due = new Due(from.getLong(), from.getLong());
      set.put(due, due.timerId);
      byId.put(due.timerId, due);
    }
  }
}
