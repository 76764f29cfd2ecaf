package io.tally.testkit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.check.Fate;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Sees which items of batches the shards of all processes run. Says where more of them run in one
 * life than there are, and where a client was told what no shard said, or two items the same: each
 * adds 1, so each leaves another value.
 */
final class BatchWitness {
  private record Sum(Entity counter, long incarnation, long value) {}

  private record Told(BatchItem item, long incarnation, boolean replayed, long value) {}

  private final Consumer<String> violations;
  private final RunLog<Long> runs = new RunLog<>();
  private final List<Told> told = new ArrayList<>();

  /** How many attempts for each item may have run. */
  private final Map<BatchItem, Integer> doubts = new LinkedHashMap<>();

  BatchWitness(final Consumer<String> violations) {
    this.violations = line -> violations.accept("batches: " + line);
  }

  void onSent(final BatchItem item) {
    doubts.merge(item, 1, Integer::sum);
  }

  void onEnd(
      final BatchItem item,
      final Fate fate,
      final long incarnation,
      final boolean replayed,
      final long value) {
    if (fate == Fate.NOT_APPLIED) {
      doubts.merge(item, -1, Integer::sum);
    } else if (fate == Fate.APPLIED) {
      told.add(new Told(item, incarnation, replayed, value));
    }
  }

  void judge() {
    final Map<Long, Integer> most = new HashMap<>();
    doubts.forEach(
        (item, attempts) -> most.merge(item.identity(), Math.min(1, attempts), Integer::sum));
    runs.forEach(
        (run, values) -> {
          if (values.size() > most.get(run.identity())) {
            violations.accept(
                "ran "
                    + values.size()
                    + " times: items of "
                    + run
                    + ", at most "
                    + most.get(run.identity()));
          }
        });
    final Map<Sum, BatchItem> sums = new HashMap<>();
    for (final Told answer : told) {
      if (!runs.wasSaid(
          answer.incarnation, answer.item.identity(), answer.replayed, answer.value)) {
        violations.accept(answer + " is not what the shard said");
      }
      final BatchItem other =
          sums.putIfAbsent(
              new Sum(answer.item.counter(), answer.incarnation, answer.value), answer.item);
      if (other != null && other != answer.item) {
        violations.accept("two were told the same: " + answer + " and " + other);
      }
    }
  }

  ShardService of(final ShardService service) {
    return new Seen(service);
  }

  private final class Seen extends LifeService {
    private final CounterReplyAdapter reply = new CounterReplyAdapter();

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
        final ServiceReply to) {
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, to);
      if (templateId == IncrementWithDecoder.TEMPLATE_ID
          && reply.wrap(to.buffer(), to.offset(), to.length())) {
        final long identity =
            buffer.getLong(
                offset
                    + MessageHeaderWord.ENCODED_LENGTH
                    + IncrementWithDecoder.conditionVersionEncodingOffset(),
                LITTLE_ENDIAN);
        runs.of(incarnation(), identity).add(reply.value());
      }
    }
  }
}
