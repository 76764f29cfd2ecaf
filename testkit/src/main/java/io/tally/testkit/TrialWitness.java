package io.tally.testkit;

import io.tally.engine.CopiedState;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import io.tally.testkit.ServiceHistory.Applied;
import io.tally.testkit.ServiceHistory.Life;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Sees what the shards of all processes apply of a service under trial, in which life, and what
 * they answer. How far a life has come is in snapshots, too, so that it is known what a restored
 * state has behind it. In the end the oracle has to say the same.
 */
final class TrialWitness<C, A> {
  private static final int SNAPSHOT_TEMPLATE_ID = 64_802;

  private record Place(int shardId, long incarnation) {}

  private record Sent(long entityHash, ByteBuffer payload) {}

  private record Meaning<C>(String id, C call) {}

  /** One life, and what it began with. */
  private static final class Log<C, A> {
    private final Place place;
    private final long bornNs;
    private final List<Applied<C, A>> applied = new ArrayList<>();
    private Log<C, A> before;
    private int beforeCount;

    private Log(final Place place, final long bornNs) {
      this.place = place;
      this.bornNs = bornNs;
    }
  }

  private final ServiceTrial<C, A> trial;
  private final Consumer<String> violations;
  private final Map<Place, Log<C, A>> logs = new LinkedHashMap<>();
  private final Map<Sent, Meaning<C>> meanings = new HashMap<>();

  TrialWitness(final ServiceTrial<C, A> trial, final Consumer<String> violations) {
    this.trial = trial;
    this.violations = violations;
  }

  /** A client is about to send this payload. */
  void onSent(final long entityHash, final byte[] payload, final String id, final C call) {
    final Meaning<C> meaning = new Meaning<>(id, call);
    final Meaning<C> before =
        meanings.putIfAbsent(new Sent(entityHash, ByteBuffer.wrap(payload)), meaning);
    if (before != null && !before.equals(meaning)) {
      violations.accept("trial: " + before + " and " + meaning + " have the same payload");
    }
  }

  /** Lives that applied something. */
  List<Life<C, A>> lives() {
    return logs.values().stream()
        .filter(log -> !log.applied.isEmpty())
        .map(log -> new Life<>(log.place.shardId, log.place.incarnation, List.copyOf(log.applied)))
        .toList();
  }

  /** Whether a life of this incarnation gave this answer, or one before it if it was replayed. */
  boolean hasAnswered(
      final long incarnation,
      final String id,
      final C call,
      final A answer,
      final boolean replayed) {
    return logs.values().stream()
        .filter(log -> log.place.incarnation == incarnation)
        .flatMap(log -> (replayed ? withWhatWasBefore(log) : log.applied).stream())
        .anyMatch(
            applied ->
                applied.id().equals(id)
                    && applied.call().equals(call)
                    && Objects.equals(applied.answer(), answer));
  }

  private List<Applied<C, A>> withWhatWasBefore(final Log<C, A> log) {
    final List<Applied<C, A>> all = new ArrayList<>();
    if (log.before != null) {
      all.addAll(withWhatWasBefore(log.before).subList(0, countBefore(log)));
    }
    all.addAll(log.applied);
    return all;
  }

  /** Number of commands that all lives before applied, up to the snapshot. */
  private int countBefore(final Log<C, A> log) {
    return log.beforeCount + (log.before.before == null ? 0 : countBefore(log.before));
  }

  void judge() {
    for (final Log<C, A> log : logs.values()) {
      final Oracle<C, A> oracle = trial.oracle();
      if (oracle == null) {
        return;
      }
      tell(oracle, log, 0);
      for (final Applied<C, A> applied : log.applied) {
        final A expected = oracle.apply(applied.timeNs(), applied.id(), applied.call());
        if (!Objects.equals(expected, applied.answer())) {
          violations.accept(
              "oracle: " + applied + " in " + log.place + ", the oracle says " + expected);
          break;
        }
      }
    }
  }

  /** What the life of the log began with, and the first so many that it has applied. */
  private void tell(final Oracle<C, A> oracle, final Log<C, A> log, final int count) {
    if (log.before != null) {
      tell(oracle, log.before, log.beforeCount);
    }
    oracle.onLife(log.bornNs, log.place.incarnation);
    for (final Applied<C, A> applied : log.applied.subList(0, count)) {
      oracle.apply(applied.timeNs(), applied.id(), applied.call());
    }
  }

  /** The service of a shard, seen. */
  ShardService of(final ShardService service, final int schemaId) {
    return new Seen(service, schemaId);
  }

  private final class Seen extends ForwardingService {
    private final int schemaId;
    private Log<C, A> log;
    private SnapshotSource snapshot;

    /** How much of this life is in the state. */
    private int applied;

    private Seen(final ShardService service, final int schemaId) {
      super(service);
      this.schemaId = schemaId;
    }

    @Override
    public void onStart(final ShardContext shard) {
      log =
          logs.computeIfAbsent(
              new Place(shard.shardId(), shard.incarnation()),
              place -> new Log<>(place, shard.timeNs()));
      super.onStart(shard);
      snapshot =
          new JoinedSnapshot(
              SNAPSHOT_TEMPLATE_ID,
              new CopiedState(schemaId, SNAPSHOT_TEMPLATE_ID, this::image, this::restore),
              super.snapshot());
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
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      checkContinuity();
      final byte[] payload = new byte[length];
      buffer.getBytes(offset, payload);
      final Meaning<C> meaning = meanings.get(new Sent(entityHash, ByteBuffer.wrap(payload)));
      if (meaning == null) {
        violations.accept("trial: a shard was given what no client sent");
      } else if (reply.isValid()) {
        final A answer =
            trial.decode(
                meaning.call,
                reply.serviceCode(),
                TrialAttempt.copy(reply.buffer(), reply.offset(), reply.length()));
        log.applied.add(
            new Applied<>(timeNs, meaning.id, meaning.call, answer, reply.isUnderKey()));
        applied++;
      }
    }

    /** Checks it at a command, not before: a process whose state is old ends without any. */
    private void checkContinuity() {
      if (applied != log.applied.size()) {
        violations.accept("restart: a life goes on from another state than its last");
        applied = log.applied.size();
      }
    }

    @Override
    public SnapshotSource snapshot() {
      return snapshot;
    }

    private byte[] image() {
      return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
          .putLong(log.place.incarnation)
          .putInt(applied)
          .array();
    }

    private void restore(final byte[] image) {
      final ByteBuffer from = ByteBuffer.wrap(image);
      final long incarnation = from.getLong();
      final int count = from.getInt();
      if (incarnation == log.place.incarnation) {
        applied = count;
      } else {
        log.before = logs.get(new Place(log.place.shardId, incarnation));
        log.beforeCount = count;
      }
    }
  }
}
