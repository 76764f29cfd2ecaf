package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.OperationsDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sees which lists of operations the shards of all processes run, and what their counters hold
 * before and after. Says where a part of a list was applied, where one ran more often than it was
 * sent, or twice under a key, and where a client was told something else.
 */
final class ListWitness {
  private record Told(
      AtomicList list, long incarnation, boolean replayed, AtomicList.Answer answer) {}

  private final Consumer<String> violations;
  private final Entity[] counters;
  private final Map<Long, AtomicList> lists = new HashMap<>();
  private final RunLog<AtomicList.Answer> runs = new RunLog<>();

  /** As {@link AtomicList#applyTo} has it. */
  private final Map<Long, long[]> states = new HashMap<>();

  private final List<Told> told = new ArrayList<>();

  /** Number of attempts in which a list may have run. */
  private final Map<Long, Integer> doubts = new HashMap<>();

  /** The counters lie in one shard, and nothing but lists changes them. */
  ListWitness(final Consumer<String> violations, final Entity[] counters) {
    this.violations = line -> violations.accept("lists: " + line);
    this.counters = counters;
  }

  void onSent(final AtomicList list) {
    lists.put(list.identity(), list);
    doubts.merge(list.identity(), 1, Integer::sum);
  }

  void onEnd(
      final AtomicList list,
      final Fate fate,
      final long incarnation,
      final boolean replayed,
      final AtomicList.Answer answer) {
    if (fate == Fate.NOT_APPLIED) {
      doubts.merge(list.identity(), -1, Integer::sum);
    } else if (fate == Fate.APPLIED) {
      told.add(new Told(list, incarnation, replayed, answer));
    }
  }

  void judge() {
    for (final Told answer : told) {
      if (!runs.wasSaid(
          answer.incarnation, answer.list.identity(), answer.replayed, answer.answer)) {
        violations.accept(answer + " is not what the shard said");
      }
    }
    runs.forEach(
        (run, answers) -> {
          final AtomicList list = lists.get(run.identity());
          final int sent = doubts.get(run.identity());
          if (answers.size() > (list.isKeyed() ? Math.min(1, sent) : sent)) {
            violations.accept("ran " + answers.size() + " times in one life: " + list);
          }
        });
  }

  ShardService of(final ShardService service) {
    return new Seen(service);
  }

  private final class Seen extends LifeService {
    private final UnsafeBuffer first = new UnsafeBuffer(0, 0);

    private Seen(final ShardService service) {
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
      if (templateId != OperationsDecoder.TEMPLATE_ID) {
        super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
        return;
      }
      final AtomicList list = lists.get(identity(buffer, offset));
      final long[] before = stored();
      final long[] last = states.get(incarnation());
      if (last != null && !Arrays.equals(last, before)) {
        violations.accept(
            Arrays.toString(last) + " became " + Arrays.toString(before) + " between lists");
      }
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      final AtomicList.Answer answer = list.read(reply.buffer(), reply.offset(), reply.length());
      final long[] after = before.clone();
      final AtomicList.Answer expected = list.applyTo(after);
      if (!expected.equals(answer)) {
        violations.accept("answered " + answer + ", not " + expected + ": " + list);
      }
      final long[] stored = stored();
      if (!Arrays.equals(stored, after)) {
        violations.accept(
            "left " + Arrays.toString(stored) + ", not " + Arrays.toString(after) + ": " + list);
      }
      states.put(incarnation(), stored);
      runs.of(incarnation(), list.identity()).add(answer);
    }

    /** The first operation carries it. */
    private long identity(final DirectBuffer buffer, final int offset) {
      final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
      new OperationsDecoder()
          .wrap(
              buffer,
              block,
              MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, offset)),
              OperationsDecoder.SCHEMA_VERSION)
          .messages()
          .next()
          .wrapMessage(first);
      return first.getLong(
          MessageHeaderWord.ENCODED_LENGTH + IncrementWithDecoder.conditionVersionEncodingOffset(),
          IncrementWithDecoder.BYTE_ORDER);
    }

    private long[] stored() {
      return LongStream.concat(
              Arrays.stream(counters).mapToLong(counter -> StoredValue.of(counter, this)),
              Arrays.stream(counters)
                  .mapToLong(counter -> StoredValue.hasDeadline(counter, this) ? 1 : 0))
          .toArray();
    }
  }
}
