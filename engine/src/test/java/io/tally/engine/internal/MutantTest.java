package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.fail;

import io.tally.engine.ForwardingService;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.snapshot.codecs.KeysHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyDecoder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mistakes in the protocol that the checkers must notice within a thousand histories: a harness
 * that finds nothing here proves nothing elsewhere.
 */
@Tag("default-jdk")
@Timeout(120)
final class MutantTest {
  private static final int SEED_LIMIT = 1_000;

  /** Sequences leave 64 slots of room, so that no mutant is caught by the window alone. */
  private static final long KEPT_BELOW = 60;

  @Test
  void shouldCatchAFloorThatMovesWhenACommandIsSent() {
    assertCaught(
        "floor moved at send",
        "floor",
        () ->
            new CommandMutant() {
              @Override
              void onWrite(final WireEditor command) {
                command.laneFloor(command.laneSequence() - 1);
              }
            });
  }

  @Test
  void shouldCatchAFloorThatIsOneTooHigh() {
    assertCaught(
        "floor one too high",
        "floor",
        () ->
            new CommandMutant() {
              @Override
              void onWrite(final WireEditor command) {
                command.laneFloor(Math.min(command.laneSequence() - 1, command.laneFloor() + 1));
              }
            });
  }

  @Test
  void shouldCatchSlotsThatAreUsedAgainWithinTheWindow() {
    assertCaught(
        "slot reuse",
        "UniqueValueChecker",
        () ->
            new CommandMutant() {
              @Override
              void onWrite(final WireEditor command) {
                command.laneSequence(1 + (command.laneSequence() - 1) % 8);
                command.laneFloor(0);
              }
            });
  }

  @Test
  void shouldCatchARetryThatTakesANewSequence() {
    assertCaught(
        "retry without lane",
        "ConservationChecker",
        () ->
            new CommandMutant() {
              private final Map<String, Long> sequences = new HashMap<>();

              @Override
              void onWrite(final WireEditor command) {
                numberAnew(command, sequences);
              }
            });
  }

  @Test
  void shouldCatchADuplicateThatRunsAgain() {
    assertCaught(
        "dropped replay, runs again",
        "ConservationChecker",
        () ->
            new Mutant() {
              private final WireEditor editor = new WireEditor();
              private final Map<String, Long> sequences = new HashMap<>();

              @Override
              void onDeliver(final long toIncarnation, final byte[] message) {
                if (editor.on(message).isWrite()) {
                  numberAnew(editor, sequences);
                }
              }
            });
  }

  @Test
  void shouldCatchADuplicateThatIsAnsweredAsFailure() {
    assertCaught(
        "dropped replay, answered as failure",
        "ConservationChecker",
        () ->
            new Mutant() {
              private final WireEditor editor = new WireEditor();
              private final Set<String> answered = new HashSet<>();

              @Override
              void onSend(final long fromIncarnation, final byte[] message) {
                if (editor.on(message).isReply()
                    && editor.code() == ReplyCode.ANSWERED.value()
                    && !answered.add(editor.answered())) {
                  editor.code(ReplyCode.INVALID);
                }
              }
            });
  }

  @Test
  void shouldCatchAReplyBeforeItsCommandIsApplied() {
    assertCaught(
        "reply before apply",
        "OrderChecker",
        () ->
            new Mutant() {
              @Override
              ShardService service(final ShardService service) {
                return new LateService(service);
              }
            });
  }

  @Test
  void shouldCatchBusyTakenAsFinalAfterACopyHasLeft() {
    assertCaught(
        "final 503 on busy", "ConservationChecker", () -> new FinalRefusal(ReplyCode.BUSY));
  }

  @Test
  void shouldCatchExpiredTakenAsFinalAfterACopyHasLeft() {
    assertCaught(
        "final refusal on expired",
        "ConservationChecker",
        () -> new FinalRefusal(ReplyCode.EXPIRED));
  }

  @Test
  void shouldCatchAWrongIncarnationTakenAsNotApplied() {
    assertCaught(
        "final refusal on wrong incarnation",
        "ConservationChecker",
        () -> new FinalRefusal(ReplyCode.WRONG_INCARNATION));
  }

  @Test
  void shouldCatchAShardThatIgnoresForWhichIncarnationACommandIsMeant() {
    assertCaught(
        "no incarnation check",
        "ConservationChecker",
        () ->
            new Mutant() {
              private final WireEditor editor = new WireEditor();

              @Override
              void onDeliver(final long toIncarnation, final byte[] message) {
                if (editor.on(message).isCommand()) {
                  editor.shardIncarnation(toIncarnation);
                }
              }
            });
  }

  @Test
  void shouldCatchASequenceThatIsGivenAwayAgainAtTheDeadline() {
    assertCaught("window freed at the deadline", "FateChecker", FreedWindow::new);
  }

  @Test
  void shouldCatchAnIdempotencyKeyThatIsForgotten() {
    assertCaught(
        "idempotency key forgotten",
        "IdempotencyChecker",
        () ->
            new CommandMutant() {
              private int count;

              @Override
              void onWrite(final WireEditor command) {
                command.firstByteOfKey((byte) count++);
              }
            });
  }

  @Test
  void shouldCatchAMessageThatItsOwnerDoesNotKnow() {
    assertCaught(
        "message of a later version",
        "version",
        () ->
            new Mutant() {
              @Override
              int peerVersion(final int version) {
                return 1;
              }
            });
  }

  @Test
  void shouldCatchAShardThatGoesOnWhileItIsReplaced() {
    assertCaught(
        "replaced shard goes on",
        "ConservationChecker",
        () ->
            new Mutant() {
              @Override
              boolean standsStill() {
                return false;
              }
            });
  }

  @Test
  void shouldCatchLanesThatAreNotRestored() {
    assertCaught(
        "lanes not restored",
        "ConservationChecker",
        () ->
            new Mutant() {
              @Override
              void onSnapshot(final KeptRecords records) {
                records.leaveOut(LaneDecoder.TEMPLATE_ID, LaneReplyDecoder.TEMPLATE_ID);
              }
            });
  }

  @Test
  void shouldCatchRepliesThatAreNotRestored() {
    assertCaught(
        "replies not restored",
        "ConservationChecker",
        () ->
            new Mutant() {
              @Override
              void onSnapshot(final KeptRecords records) {
                records.leaveOut(LaneReplyDecoder.TEMPLATE_ID);
              }
            });
  }

  @Test
  void shouldCatchKeysThatAreHashedWithAnotherSecret() {
    assertCaught(
        "keys with another secret",
        "IdempotencyChecker",
        () ->
            new Mutant() {
              @Override
              void onSnapshot(final KeptRecords records) {
                records.edit(
                    KeysHeadDecoder.TEMPLATE_ID,
                    record ->
                        record.putLong(
                            MessageHeaderWord.ENCODED_LENGTH
                                + KeysHeadDecoder.secretAEncodingOffset(),
                            1));
              }
            });
  }

  @Test
  void shouldCatchAServiceThatShowsALaterInstant() {
    assertCaught(
        "snapshot of a later instant",
        "snapshot",
        () ->
            new Mutant() {
              @Override
              ShardService service(final ShardService service) {
                return new LateSnapshots(service);
              }
            });
  }

  @Test
  void shouldCatchAWatchThatIsNotRenewed() {
    assertCaught(
        "watch not renewed",
        "watch converged",
        () ->
            new Mutant() {
              @Override
              void context(final ContextBuilder context) {
                context.watchTimes(
                    new WatchTimes(TimeUnit.HOURS.toNanos(1), Simulation.WATCH_TIMES.expiryNs()));
              }
            });
  }

  @Test
  void shouldCatchARegistrationThatNeverExpires() {
    assertCaught(
        "registration without end",
        "watch bounds",
        () ->
            new Mutant() {
              @Override
              void context(final ContextBuilder context) {
                context.watchTimes(
                    new WatchTimes(Simulation.WATCH_TIMES.renewalNs(), TimeUnit.HOURS.toNanos(1)));
              }
            });
  }

  @Test
  void shouldCatchAnOlderValueThatIsTakenForNewer() {
    assertCaught(
        "order of what is told ignored",
        "watch order",
        () ->
            new Mutant() {
              private final WireEditor editor = new WireEditor();
              private long order = Long.MAX_VALUE / 2;

              @Override
              void onDeliver(final long toIncarnation, final byte[] message) {
                if (editor.on(message).isTold()) {
                  editor.order(order++);
                }
              }
            });
  }

  @Test
  void shouldCatchADeletionThatIsNotTold() {
    assertCaught(
        "deletion not told",
        "watch converged",
        () ->
            new Mutant() {
              @Override
              ShardService service(final ShardService service) {
                return new UntoldDeletions(service);
              }
            });
  }

  /** Runs histories until the checker that guards the broken promise itself has noticed. */
  private static void assertCaught(
      final String name, final String guard, final Supplier<Mutant> mutant) {
    final Set<String> noticed = new TreeSet<>();
    for (long seed = 1; seed <= SEED_LIMIT; seed++) {
      for (final String violation : new Simulation(seed, mutant.get()).run()) {
        noticed.add(violation.substring(0, violation.indexOf(':')));
      }
      if (noticed.contains(guard)) {
        System.out.printf("mutant %-36s caught after %4d seeds by %s%n", name, seed, noticed);
        return;
      }
    }
    fail(name + " was not caught in " + SEED_LIMIT + " histories, only noticed by " + noticed);
  }

  private static void numberAnew(final WireEditor command, final Map<String, Long> sequences) {
    final long sequence = sequences.merge(command.lane(), 1L, Long::sum);
    command.laneSequence(sequence);
    command.laneFloor(Math.max(0, sequence - KEPT_BELOW));
  }

  /** Changes writes as their ingress sends them. */
  private abstract static class CommandMutant extends Mutant {
    private final WireEditor editor = new WireEditor();

    @Override
    final void onSend(final long fromIncarnation, final byte[] message) {
      if (editor.on(message).isWrite()) {
        onWrite(editor);
      }
    }

    abstract void onWrite(WireEditor command);
  }

  /** Takes a refusal of one copy as certainty that the write is not applied. */
  private static final class FinalRefusal extends Mutant {
    private final WireEditor editor = new WireEditor();
    private final Map<String, Long> lives = new HashMap<>();
    private final ReplyCode refusal;

    FinalRefusal(final ReplyCode refusal) {
      this.refusal = refusal;
    }

    @Override
    void onSend(final long fromIncarnation, final byte[] message) {
      if (editor.on(message).isCommand()) {
        lives.put(editor.request(), editor.shardIncarnation());
      }
    }

    @Override
    void onDeliver(final long toIncarnation, final byte[] message) {
      if (editor.on(message).isReply() && editor.code() == refusal.value()) {
        editor.code(ReplyCode.KEY_LIMIT);
        editor.replyShardIncarnation(lives.get(editor.answeredRequest()));
      }
    }
  }

  /** Gives the sequence of a request that was given up to the next write of its lane. */
  private static final class FreedWindow extends Mutant {
    private record Slot(String lane, long sequence) {}

    private final WireEditor editor = new WireEditor();
    private final Map<String, Long> last = new HashMap<>();
    private final Map<String, Queue<Long>> freed = new HashMap<>();
    private final Map<String, Slot> taken = new HashMap<>();

    @Override
    void onSend(final long fromIncarnation, final byte[] message) {
      if (editor.on(message).isWrite()) {
        final String lane = editor.lane();
        final String request =
            fromIncarnation + "/" + editor.loop() + "/" + editor.commandCorrelationId();
        final Slot slot = taken.computeIfAbsent(request, key -> new Slot(lane, assign(lane)));
        editor.laneSequence(slot.sequence);
        editor.laneFloor(Math.max(0, slot.sequence - KEPT_BELOW));
      }
    }

    @Override
    void onTimeout(final long fromIncarnation, final int loop, final long correlationId) {
      final Slot slot = taken.get(fromIncarnation + "/" + loop + "/" + correlationId);
      if (slot != null) {
        freed.computeIfAbsent(slot.lane, lane -> new ArrayDeque<>()).add(slot.sequence);
      }
    }

    private long assign(final String lane) {
      final Long again = freed.getOrDefault(lane, new ArrayDeque<>()).poll();
      return again != null ? again : last.merge(lane, 1L, Long::sum);
    }
  }

  /** Answers a put at once and applies it when a later command comes, two milliseconds on. */
  private static final class LateService extends ForwardingService {
    private static final long LATE_NS = 2 * StockNode.MS;

    private record Due(long atNs, byte[] command) {}

    private final Queue<Due> due = new ArrayDeque<>();
    private final ServiceReply ignored = new ServiceReply();
    private final UnsafeBuffer ignoredBytes = new UnsafeBuffer(new byte[64]);

    LateService(final ShardService service) {
      super(service);
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
      while (!due.isEmpty() && timeNs - due.peek().atNs >= 0) {
        apply(StockService.PUT, new UnsafeBuffer(due.poll().command));
      }
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (templateId == StockService.PUT && reply.isValid()) {
        final byte[] command = new byte[length];
        buffer.getBytes(offset, command);
        due.add(new Due(timeNs + LATE_NS, command));
        // The fields of a take are those of a put.
        apply(StockService.TAKE, new UnsafeBuffer(command));
      }
    }

    private void apply(final int templateId, final UnsafeBuffer command) {
      ignored.wrap(ignoredBytes, 0, ignoredBytes.capacity());
      service.onCommand(0, 0, templateId, command, 0, command.capacity(), ignored);
    }
  }

  /** Shows what a service has become when its turn comes. */
  private static final class LateSnapshots extends ForwardingService implements SnapshotSource {
    private SnapshotSink sink;
    private boolean begun;

    LateSnapshots(final ShardService service) {
      super(service);
    }

    @Override
    public SnapshotSource snapshot() {
      return this;
    }

    @Override
    public void beginSnapshot(final SnapshotSink to) {
      sink = to;
      begun = false;
    }

    @Override
    public boolean writeSnapshot(final int limit) {
      if (!begun) {
        service.snapshot().beginSnapshot(sink);
        begun = true;
      }
      return service.snapshot().writeSnapshot(limit);
    }

    @Override
    public void endSnapshot() {
      service.snapshot().endSnapshot();
    }

    @Override
    public void restore(final DirectBuffer buffer, final int offset, final int length) {
      service.snapshot().restore(buffer, offset, length);
    }
  }

  /** Says of what is not there that it is of the version that it had last. */
  private static final class UntoldDeletions extends ForwardingService {
    private final Map<Long, Long> versions = new HashMap<>();

    UntoldDeletions(final ShardService service) {
      super(service);
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
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (reply.version() == 0) {
        reply.version(versions.getOrDefault(entityHash, 0L));
      } else {
        versions.put(entityHash, reply.version());
      }
    }
  }
}
