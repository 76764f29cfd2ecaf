package io.tally.lane.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The two ends of a lane over a link that keeps every message for ever and delivers any of them at
 * any time, in any order, as often as it likes, or never. Whatever it does, each sequence runs at
 * most once, every answer belongs to its sequence, and neither end outgrows the window. Every third
 * answer does not fit into a slot, and may be dropped at any time.
 */
final class LaneProtocolTest {
  private static final int WINDOW = 64;
  private static final byte MARKED = 1;
  private static final byte DONE = 0;
  private static final int LONG_LENGTH = 5 * Long.BYTES;

  /** What happens next; the argument picks on which of the possible objects. */
  private enum Kind {
    SEND,
    SEND_BURST,
    RETRY,
    DELIVER_NEWEST,
    DELIVER_ANY,
    ANSWER_NEWEST,
    ANSWER_ANY,
    GIVE_UP,
    EXPIRE
  }

  private record Step(Kind kind, int pick) {}

  private record Copy(long sequence, long floor) {}

  private record Answer(long sequence, long value) {}

  private final IngressLane ingress = new IngressLane(WINDOW);
  private final Bytes room = new Bytes();
  private final LongReplies longReplies = new LongReplies(room);
  private final OwnerLanes owner = new OwnerLanes(WINDOW, Long.BYTES, MARKED, longReplies);
  private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[LONG_LENGTH]);
  private final TreeSet<Long> open = new TreeSet<>();
  private final List<Copy> copies = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final Map<Long, Long> executed = new HashMap<>();
  private final Set<Long> resolved = new HashSet<>();
  private final Set<Long> dropped = new HashSet<>();
  private long executions;

  private static final class Bytes implements LongReplies.Room {
    private long taken;

    @Override
    public boolean tryTake(final long bytes) {
      taken += bytes;
      return true;
    }

    @Override
    public void take(final long bytes) {
      taken += bytes;
    }

    @Override
    public void release(final long bytes) {
      taken -= bytes;
      assertTrue(taken >= 0, "given back twice");
    }
  }

  @Property(tries = 10_000)
  void shouldRunEverySequenceAtMostOnceWhateverTheLinkDoes(
      @ForAll("histories") final List<Step> history) {
    final LaneProtocolTest lane = new LaneProtocolTest();
    for (final Step step : history) {
      lane.take(step);
    }
    lane.settle();
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    final Arbitrary<Kind> kinds = Arbitraries.of(Kind.values());
    final Arbitrary<Integer> picks =
        Arbitraries.integers().between(0, 1_000_000).withoutEdgeCases();
    return kinds
        .flatMap(kind -> picks.map(pick -> new Step(kind, pick)))
        .list()
        .ofMinSize(20)
        .ofMaxSize(400);
  }

  private void take(final Step step) {
    switch (step.kind) {
      case SEND -> sendNew();
      case SEND_BURST -> {
        for (int i = step.pick % 8; i >= 0; i--) {
          sendNew();
        }
      }
      case RETRY -> {
        if (!open.isEmpty()) {
          send(pickOpen(step.pick));
        }
      }
      case DELIVER_NEWEST -> deliver(newest(copies, step.pick));
      case DELIVER_ANY -> deliver(any(copies, step.pick));
      case ANSWER_NEWEST -> onAnswer(newest(answers, step.pick));
      case ANSWER_ANY -> onAnswer(any(answers, step.pick));
      case GIVE_UP -> {
        if (!open.isEmpty()) {
          resolve(pickOpen(step.pick));
        }
      }
      // One after the other, the oldest first.
      case EXPIRE -> longReplies.expire(executions, 1 + step.pick % 3);
      default -> throw new AssertionError(step);
    }
    assertTrue(room.taken <= WINDOW * LongReplies.chargeOf(LONG_LENGTH));
  }

  /** With a link that delivers again, every open sequence is answered by one more copy. */
  private void settle() {
    for (final long sequence : List.copyOf(open)) {
      final int before = answers.size();
      send(sequence);
      deliver(copies.get(copies.size() - 1));
      if (dropped.contains(sequence)) {
        resolve(sequence);
      } else {
        assertEquals(before + 1, answers.size(), "an open sequence was refused");
        onAnswer(answers.get(before));
      }
    }
    assertTrue(open.isEmpty());
    assertEquals(executed.size(), executions);
    for (final Copy copy : copies) {
      deliver(copy);
    }
    assertEquals(executed.size(), executions);
    sendNew();
    deliver(copies.get(copies.size() - 1));
    longReplies.expire(Long.MAX_VALUE, 1);
    assertTrue(longReplies.isEmpty(), "the floor has passed all but the last");
    assertEquals(0, room.taken);
  }

  private void sendNew() {
    if (ingress.hasRoom()) {
      final long sequence = ingress.assign();
      open.add(sequence);
      send(sequence);
    }
  }

  private void send(final long sequence) {
    copies.add(new Copy(sequence, ingress.floor()));
  }

  private void deliver(final Copy copy) {
    if (copy == null) {
      return;
    }
    final OwnerLane lane = owner.lane(1, 1, 0, copy.floor);
    final int result = lane.begin(copy.sequence, copy.floor);
    assertTrue(lane.capacity() <= WINDOW);
    assertTrue(lane.floor() <= ingress.floor());
    switch (result) {
      case OwnerLane.EXECUTE -> {
        executions++;
        assertEquals(null, executed.put(copy.sequence, executions), "ran twice");
        run(lane, copy.sequence);
        answer(lane, copy.sequence);
      }
      case OwnerLane.DUPLICATE -> answer(lane, copy.sequence);
      case OwnerLane.STALE -> assertTrue(resolved.contains(copy.sequence), "stale but awaited");
      default -> throw new AssertionError("window broken by " + copy);
    }
  }

  private void run(final OwnerLane lane, final long sequence) {
    if (executions % 3 != 0) {
      lane.buffer().putLong(lane.replyOffset(sequence), executions);
      lane.conclude(sequence, DONE, (byte) 0, (byte) 0, Long.BYTES);
      return;
    }
    assertTrue(longReplies.tryReserve(LONG_LENGTH + 1));
    for (int i = 0; i < LONG_LENGTH; i += Long.BYTES) {
      scratch.putLong(i, executions);
    }
    // Now and then an answer is shorter than it might have been, and fits.
    final int length = executions % 2 == 0 ? Long.BYTES : LONG_LENGTH;
    lane.concludeFrom(sequence, DONE, (byte) 0, (byte) 0, scratch, 0, length, executions);
    longReplies.settle();
  }

  private void answer(final OwnerLane lane, final long sequence) {
    final long recorded = lane.recorded(sequence);
    assertEquals(DONE, RecordedReply.codeOf(recorded));
    if (RecordedReply.isInSlot(recorded)) {
      assertEquals(Long.BYTES, RecordedReply.lengthOf(recorded));
      answers.add(new Answer(sequence, lane.buffer().getLong(lane.replyOffset(sequence))));
      return;
    }
    assertEquals(LONG_LENGTH, RecordedReply.lengthOf(recorded));
    final DirectBuffer reply = lane.longReply(sequence, 0);
    if (reply == null) {
      dropped.add(sequence);
      return;
    }
    assertEquals(LONG_LENGTH, reply.capacity());
    for (int i = 0; i < LONG_LENGTH; i += Long.BYTES) {
      assertEquals(reply.getLong(0), reply.getLong(i));
    }
    answers.add(new Answer(sequence, reply.getLong(0)));
  }

  private void onAnswer(final Answer answer) {
    if (answer != null && open.contains(answer.sequence)) {
      assertEquals(executed.get(answer.sequence), answer.value, "an answer of another sequence");
      resolve(answer.sequence);
    }
  }

  private void resolve(final long sequence) {
    open.remove(sequence);
    resolved.add(sequence);
    ingress.resolve(sequence);
    final long lowestOpen = open.isEmpty() ? Long.MAX_VALUE : open.first();
    assertTrue(ingress.floor() < lowestOpen);
  }

  private long pickOpen(final int pick) {
    return List.copyOf(open).get(pick % open.size());
  }

  private static <T> T newest(final List<T> list, final int pick) {
    return list.isEmpty() ? null : list.get(list.size() - 1 - pick % Math.min(8, list.size()));
  }

  private static <T> T any(final List<T> list, final int pick) {
    return list.isEmpty() ? null : list.get(pick % list.size());
  }
}
