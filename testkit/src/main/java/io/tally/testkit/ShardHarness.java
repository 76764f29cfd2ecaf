package io.tally.testkit;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.StableHash;
import io.tally.engine.internal.EngineBudgets;
import io.tally.engine.internal.EngineContext;
import io.tally.engine.internal.EngineSources;
import io.tally.engine.internal.EngineThreads;
import io.tally.engine.internal.MessageLengths;
import io.tally.engine.internal.NoLink;
import io.tally.engine.internal.OwnNode;
import io.tally.engine.internal.ServiceCatalog;
import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.ShardRestore;
import io.tally.engine.internal.WatchTimes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One shard of one service on a clock that the test sets: the real engine of a node that is alone,
 * stepped by the calling thread. Commands are sent one after the other and answered at once. An
 * exception that the service throws comes out of the call in which it ran. To be used by one
 * thread.
 */
public final class ShardHarness implements AutoCloseable {
  private static final long START_EPOCH_NS = 1_700_000_000_000_000_000L;
  private static final String NO_KEY = "";
  private static final int RING_SLOTS = 8;
  private static final int STEPS = 100_000;

  private final ServiceDefinition definition;
  private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer();
  private ShardEngine engine;
  private RuntimeException fault;
  private ShardReply reply;
  private long nowNs;
  private long life = 1;
  private long process = 1;

  private ShardHarness(final ServiceDefinition definition) {
    this.definition = definition;
    engine = launch(definition, List.of());
  }

  /**
   * Begins the first life of a shard.
   *
   * @param definition of the service; makes a service for each start.
   * @return the running shard.
   */
  public static ShardHarness of(final ServiceDefinition definition) {
    return new ShardHarness(definition);
  }

  /**
   * Sends a command, and has it applied at the time of the shard.
   *
   * @param id of the addressed entity.
   * @param payload writes the command.
   * @return how it ended.
   */
  public ShardReply send(final String id, final Payload payload) {
    return send(id, NO_KEY, payload);
  }

  /**
   * Sends a write under an idempotency key.
   *
   * @param id of the addressed entity.
   * @param key the idempotency key; empty for none.
   * @param payload writes the command.
   * @return how it ended.
   */
  public ShardReply send(final String id, final String key, final Payload payload) {
    final int length = payload.encode(scratch, 0);
    final int templateId = MessageHeaderWord.templateId(MessageHeaderWord.get(scratch, 0));
    final byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
    final Ingress ingress = engine.ingress(0);
    reply = null;
    final long request =
        ingress.tryClaim(
            nowNs,
            StableHash.placement(idBytes, 0, idBytes.length),
            StableHash.hash(idBytes, 0, idBytes.length),
            isWrite(definition, templateId),
            (cookie, outcome, code, incarnation, replayed, buffer, offset, replyLength) ->
                reply =
                    new ShardReply(
                        outcome, code, incarnation, replayed, copy(buffer, offset, replyLength)),
            0,
            length);
    if (request < 0) {
      throw new IllegalStateException("the engine refuses to take a command: " + request);
    }
    if (!key.isEmpty()) {
      final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
      ingress.idempotencyKey(request, keyBytes, 0, keyBytes.length);
    }
    ingress.buffer(request).putBytes(ingress.payloadOffset(request), scratch, 0, length);
    ingress.submit(request, length);
    for (int step = 0; reply == null && step < STEPS; step++) {
      step();
    }
    throwFault();
    if (reply == null) {
      throw new IllegalStateException("a command was not answered");
    }
    return reply;
  }

  /** Whether a message of the service is a write; one that it does not know is none. */
  static boolean isWrite(final ServiceDefinition definition, final int templateId) {
    return definition.messages().stream()
        .anyMatch(message -> message.templateId() == templateId && message.write());
  }

  private static DirectBuffer copy(final DirectBuffer buffer, final int offset, final int length) {
    final byte[] bytes = new byte[length];
    if (length > 0) {
      buffer.getBytes(offset, bytes);
    }
    return new UnsafeBuffer(bytes);
  }

  /**
   * The time that the next command will be given.
   *
   * @return nanoseconds since 1970.
   */
  public long timeNs() {
    return START_EPOCH_NS + nowNs;
  }

  /**
   * This life of the shard's state.
   *
   * @return above every earlier one.
   */
  public long incarnation() {
    return life;
  }

  /**
   * Lets time pass. The timers that fall due meanwhile fire, each at its own time.
   *
   * @param duration not negative.
   */
  public void advance(final Duration duration) {
    nowNs += duration.toNanos();
    settle();
  }

  private void settle() {
    for (int step = 0; step < STEPS; step++) {
      if (step() == 0 && engine.shardAgent(0).nextStepNs() > nowNs) {
        return;
      }
    }
    throw new IllegalStateException("timers go on setting timers for the past");
  }

  private int step() {
    final int workCount = engine.ingress(0).doWork(nowNs) + engine.shardAgent(0).doWork(nowNs);
    throwFault();
    return workCount;
  }

  private void throwFault() {
    if (fault != null) {
      final RuntimeException thrown = fault;
      fault = null;
      throw thrown;
    }
  }

  /**
   * Writes a snapshot of the shard as it is now; the shard goes on.
   *
   * @return its records.
   */
  public List<byte[]> snapshot() {
    final KeptRecords records = new KeptRecords();
    final boolean[] isWhole = new boolean[1];
    if (!engine.snapshot(0, records, (shardId, whole) -> isWhole[0] = whole)) {
      throw new IllegalStateException("another snapshot is under way");
    }
    for (int step = 0; !isWhole[0] && step < STEPS; step++) {
      step();
    }
    if (!isWhole[0]) {
      throw new IllegalStateException("the service did not show its state");
    }
    return List.copyOf(records.records());
  }

  /**
   * Restarts as a node does whose state was saved when it stopped: a fresh service takes on the
   * state, and the life goes on. Keys are remembered, and timers are set.
   */
  public void restart() {
    restart(Duration.ZERO);
  }

  /**
   * The same with a while in which the node was not there: the time goes on meanwhile, and the
   * timers that fell due fire at the start. {@link io.tally.engine.ShardContext#standstillNs} says
   * how long that was.
   *
   * @param stoodStill not negative.
   */
  public void restart(final Duration stoodStill) {
    final List<byte[]> state = snapshot();
    nowNs += stoodStill.toNanos();
    replace(state);
  }

  /**
   * Restores an older state, as a node does that was killed: in a fresh service and in a new life.
   *
   * @param snapshot as this shard wrote it.
   */
  public void restore(final List<byte[]> snapshot) {
    life++;
    replace(snapshot);
  }

  /** Begins a new life with nothing, as a node does that was killed and has no state on disk. */
  public void loseState() {
    life++;
    replace(List.of());
  }

  private void replace(final List<byte[]> state) {
    engine.close();
    process++;
    engine = launch(definition, state);
    settle();
  }

  private ShardEngine launch(final ServiceDefinition service, final List<byte[]> state) {
    final MessageLengths lengths = MessageLengths.of(List.of(service));
    final ClusterSettings cluster = ClusterSettings.of(List.of("node-0")).withShardCount(1);
    final ShardEngine launched =
        new ShardEngine(
            new EngineContext(
                new OwnNode(cluster, "node-0", process, shardId -> life, !state.isEmpty()),
                EngineSettings.DEFAULT
                    .withRingSlots(Math.max(RING_SLOTS, lengths.minRingSlots()))
                    .withPendingSlots(1),
                new ServiceCatalog(List.of(service)),
                (shardId, thrown) -> fault = thrown,
                EngineBudgets.unbounded(),
                EngineSources.at(() -> nowNs, timeNs(), new SplittableRandom(process)::nextLong),
                EngineThreads.ofLoops(() -> {}),
                new NoLink(new ShardDirectory(cluster)),
                WatchTimes.DEFAULT));
    if (!state.isEmpty()) {
      final ShardRestore restore = launched.restore(0);
      for (final byte[] record : state) {
        restore.onRecord(new UnsafeBuffer(record), 0, record.length);
      }
      restore.finish();
      if (!launched.tryActivate()) {
        throw new IllegalStateException("somebody else steps the shard");
      }
    }
    return launched;
  }

  /**
   * Entities that have state.
   *
   * @return the number.
   */
  public long entityCount() {
    return engine.entityCount();
  }

  @Override
  public void close() {
    engine.close();
  }
}
