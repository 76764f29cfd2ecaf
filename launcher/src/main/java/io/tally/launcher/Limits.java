package io.tally.launcher;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterServiceFactory;
import io.tally.engine.IdempotencyLimit;
import io.tally.engine.ShardEngine;
import io.tally.lane.OwnerLane;
import java.lang.management.ManagementFactory;

/** The bounds that follow from the settings: checked before memory is taken, and for the log. */
final class Limits {
  private static final long MIB = 1 << 20;

  private final Settings settings;
  private final IdempotencyLimit idempotencyLimit;
  private final int maxMessageBytes;
  private final int pendingRequests;
  private final long ringBytes;
  private final long replyQueueBytes;
  private final long pendingBytes;
  private final long laneBytes;

  Limits(
      final Settings settings,
      final int nodeCount,
      final int localNodeCount,
      final CounterServiceFactory services,
      final IdempotencyLimit idempotencyLimit) {
    this.settings = settings;
    this.idempotencyLimit = idempotencyLimit;
    final ShardEngine.Context context =
        new ShardEngine.Context().ringSlots(settings.ringSlots).serviceFactory(services);
    final long shards =
        localNodeCount == nodeCount
            ? settings.shards
            : (settings.shards + nodeCount - 1L) / nodeCount * localNodeCount;
    maxMessageBytes = context.maxMessageLength();
    pendingRequests = settings.loops * context.pendingSlots();
    ringBytes = shards * context.ringBytes();
    replyQueueBytes = (long) settings.loops * context.replyQueueBytes();
    pendingBytes = (long) pendingRequests * maxMessageBytes;
    laneBytes =
        settings.loops
            * shards
            * settings.laneWindow
            * OwnerLane.slotLength(services.maxReplyLength());
  }

  /** Refuses settings that need more memory outside the heap than the JVM may take. */
  void check() throws StartException {
    final long neededBytes = ringBytes + replyQueueBytes + pendingBytes;
    final long allowedBytes = maxDirectBytes();
    if (neededBytes > allowedBytes) {
      throw new StartException(
          "these settings need "
              + (neededBytes / MIB + 1)
              + " MiB outside the heap and the JVM allows "
              + allowedBytes / MIB
              + ": give it more (-XX:MaxDirectMemorySize or -Xmx), or less --ring-slots, --shards or --loops");
    }
    final long safeCounters = CounterLimit.defaultMaxCounters(Runtime.getRuntime().maxMemory());
    if (settings.maxCounters > safeCounters) {
      Log.warn(
          "--max-counters is above what half of the heap holds in the worst case: memory may run out",
          "max_counters",
          settings.maxCounters,
          "safe",
          safeCounters);
    }
  }

  String describe() {
    return "max_message_bytes="
        + maxMessageBytes
        + " ring_bytes="
        + ringBytes
        + " pending_requests="
        + pendingRequests
        + " reply_queue_bytes="
        + replyQueueBytes
        + " lane_bytes_per_ingress_node="
        + laneBytes
        + " max_counters="
        + settings.maxCounters
        + " max_idempotency_keys="
        + idempotencyLimit.maxKeys()
        + " keyed_writes_per_second_per_shard="
        + settings.idempotencyKeys / Math.max(1, settings.idempotencyWindow.toSeconds());
  }

  private static long maxDirectBytes() {
    final HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    final long given =
        jvm == null ? 0 : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
    return given > 0 ? given : Runtime.getRuntime().maxMemory();
  }
}
