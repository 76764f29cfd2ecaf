package io.tally.testkit;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.DeleteDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.LimitDecoder;
import io.tally.counter.codecs.SetValueDecoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Sees which writes with options the shards of all processes run, in which life of their shard, and
 * what they answer. Says where one runs twice, where more is taken of a quota than there is, where
 * two writes replace the same version, and where a shard forgets within a life. In the end, each
 * client must have been answered what its write was answered in the shard.
 */
final class OptionWitness {
  private record Place(long incarnation, long entityHash) {}

  private record Version(long incarnation, long number) {}

  private record Taken(long timeNs, long cost) {}

  private record Told(
      OptionWrite write, long incarnation, boolean replayed, OptionWrite.Answer answer) {}

  private final Consumer<String> violations;
  private final RunLog<OptionWrite.Answer> runs = new RunLog<>();
  private final Map<Place, Long> values = new HashMap<>();
  private final Map<Version, Long> valuesOfVersions = new HashMap<>();
  private final Map<Version, Long> replacedVersions = new HashMap<>();
  private final Map<Place, Long> windowStarts = new HashMap<>();
  private final Map<Place, List<Taken>> taken = new HashMap<>();
  private final List<Told> told = new ArrayList<>();
  private final List<OptionWrite> notApplied = new ArrayList<>();
  private final CounterReplyAdapter reply = new CounterReplyAdapter();

  OptionWitness(final Consumer<String> violations) {
    this.violations = violations;
  }

  /** A client was answered what the shard said. */
  void onAnswer(
      final OptionWrite write,
      final long incarnation,
      final boolean replayed,
      final OptionWrite.Answer answer) {
    told.add(new Told(write, incarnation, replayed, answer));
  }

  /** A client was told that its only request for this write certainly did nothing. */
  void onNotApplied(final OptionWrite write) {
    notApplied.add(write);
  }

  void judge() {
    for (final Told answer : told) {
      if (!runs.wasSaid(
          answer.incarnation, answer.write.identity(), answer.replayed, answer.answer)) {
        violations.accept("options: " + answer + " is not what the shard said");
      }
    }
    for (final OptionWrite write : notApplied) {
      if (runs.hasRun(write.identity())) {
        violations.accept("options: " + write + " ran, though its client was told otherwise");
      }
    }
  }

  /** The service of a shard, whose runs are seen. */
  ShardService of(final ShardService service) {
    return new Seen(service);
  }

  private final class Seen extends LifeService {

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
      if (templateId >= IncrementWithDecoder.TEMPLATE_ID
          && reply.wrap(to.buffer(), to.offset(), to.length())) {
        final int block = offset + MessageHeaderWord.ENCODED_LENGTH;
        onRun(timeNs, new Place(incarnation(), entityHash), templateId, buffer, block);
      }
    }
  }

  private void onRun(
      final long timeNs,
      final Place place,
      final int templateId,
      final DirectBuffer buffer,
      final int block) {
    final long version =
        buffer.getLong(block + DeleteDecoder.conditionVersionEncodingOffset(), LITTLE_ENDIAN);
    final long identity =
        templateId == SetValueDecoder.TEMPLATE_ID
            ? buffer.getLong(block + SetValueDecoder.valueEncodingOffset(), LITTLE_ENDIAN)
            : version;
    final List<OptionWrite.Answer> answers = runs.of(place.incarnation, identity);
    if (answers.stream().anyMatch(answer -> answer.status() != CounterStatus.QUOTA_EXCEEDED)) {
      violations.accept("options: a write ran twice in one life: " + answers);
    }
    answers.add(OptionWrite.Answer.of(reply));
    if (reply.status() == CounterStatus.OK) {
      switch (templateId) {
        case IncrementWithDecoder.TEMPLATE_ID -> checkContinuity(place, reply.applied());
        case LimitDecoder.TEMPLATE_ID -> checkQuota(timeNs, place, buffer, block);
        case SetValueDecoder.TEMPLATE_ID -> checkSwap(place, buffer, block, version);
        default -> {}
      }
    }
  }

  /** Checks a counter that has no deadline and is only added to. */
  private void checkContinuity(final Place place, final long added) {
    final Long before = values.put(place, reply.value());
    if (before != null && before + added != reply.value()) {
      violations.accept("options: " + before + " + " + added + " became " + reply.value());
    }
    if (reply.value() < 0 || reply.value() > OptionClients.STOCK) {
      violations.accept("options: a bound was passed: " + reply.value());
    }
  }

  private void checkQuota(
      final long timeNs, final Place place, final DirectBuffer buffer, final int block) {
    final long cost = buffer.getLong(block + LimitDecoder.costEncodingOffset(), LITTLE_ENDIAN);
    if (buffer.getLong(block + LimitDecoder.burstEncodingOffset(), LITTLE_ENDIAN) == 0) {
      checkWindow(timeNs, place, cost);
    } else {
      checkRate(timeNs, place, cost);
    }
  }

  private void checkWindow(final long timeNs, final Place place, final long cost) {
    final Long before = values.put(place, reply.value());
    if (reply.value() == cost) {
      final Long start = windowStarts.put(place, timeNs);
      if (start != null && timeNs - start < OptionClients.WINDOW_MS * Settings.MS) {
        violations.accept("options: a window began " + (timeNs - start) + " ns after another");
      }
    } else if (before != null && before + cost != reply.value()) {
      violations.accept(
          "options: " + cost + " taken of a window, from " + before + " to " + reply.value());
    }
    if (reply.value() > OptionClients.LIMIT) {
      violations.accept("options: more was taken of a window than there is: " + reply.value());
    }
  }

  private void checkRate(final long timeNs, final Place place, final long cost) {
    final List<Taken> before = taken.computeIfAbsent(place, p -> new ArrayList<>());
    before.add(new Taken(timeNs, cost));
    long sum = 0;
    for (int i = before.size() - 1; i >= 0; i--) {
      sum += before.get(i).cost;
      final long refilled =
          (timeNs - before.get(i).timeNs)
              * OptionClients.LIMIT
              / (OptionClients.WINDOW_MS * Settings.MS);
      if (sum > OptionClients.BURST + refilled) {
        violations.accept("options: " + sum + " were taken where " + refilled + " came back");
      }
    }
  }

  private void checkSwap(
      final Place place, final DirectBuffer buffer, final int block, final long replaced) {
    final Version made = new Version(place.incarnation, reply.counterVersion());
    if (valuesOfVersions.put(made, reply.value()) != null) {
      violations.accept("options: a version was given twice: " + made);
    }
    final int condition = buffer.getByte(block + DeleteDecoder.conditionEncodingOffset());
    if (condition == Condition.IF_MATCH.value()) {
      final Version before = new Version(place.incarnation, replaced);
      if (replacedVersions.put(before, reply.value()) != null) {
        violations.accept("options: two writes replaced " + before);
      }
      final Long value = valuesOfVersions.get(before);
      if (value != null && value != reply.previous()) {
        violations.accept("options: " + before + " was " + value + ", not " + reply.previous());
      }
    }
  }
}
