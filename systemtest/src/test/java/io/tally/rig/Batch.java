package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Adds to many counters in one request. It is sent by one client at a time, always whole. An answer
 * tells of all items together whether it repeats an earlier one; so the batch knows which of its
 * items may have been applied before.
 */
final class Batch implements Call {
  private static final String ITEM = "{\"counter_id\":";

  private final List<Add> items;
  private final boolean atomic;
  private final boolean[] mayHaveRun;

  private Batch(final List<Add> items, final boolean atomic) {
    this.items = List.copyOf(items);
    this.atomic = atomic;
    mayHaveRun = new boolean[items.size()];
  }

  /** Items of which each is applied or refused by itself. */
  static Batch of(final List<Add> items) {
    return new Batch(items, false);
  }

  /** Items of one shard, applied together or not at all. */
  static Batch atomic(final List<Add> items) {
    return new Batch(items, true);
  }

  @Override
  public String counter() {
    return items.get(0).counter();
  }

  @Override
  public Kind kind() {
    return atomic ? Kind.ATOMIC_BATCH : Kind.BATCH;
  }

  /** One that was refused as a whole names no counter. */
  @Override
  public boolean isAbout(final Answer answer) {
    return answer.counterId().isEmpty() || answer.counterId().equals(counter());
  }

  @Override
  public boolean isOfOneLife() {
    return false;
  }

  @Override
  public byte[] encode(final String key) {
    return HttpConnection.request(
        "POST",
        "/counters/increment",
        items.stream()
            .map(item -> ITEM + "\"" + item.counter() + "\",\"amount\":" + item.amount() + "}")
            .collect(Collectors.joining(",", "{\"atomic\":" + atomic + ",\"items\":[", "]}")),
        key);
  }

  @Override
  public Fate fate(final Answer answer) {
    if (answer.status() != 200) {
      return Call.super.fate(answer);
    }
    final List<Fate> fates = answers(answer).stream().map(Call.super::fate).toList();
    if (fates.contains(Fate.UNKNOWN)) {
      return Fate.UNKNOWN;
    }
    return fates.contains(Fate.NOT_APPLIED) ? Fate.NOT_APPLIED : Fate.APPLIED;
  }

  @Override
  public List<String> ofPowers() {
    return items.stream().flatMap(item -> item.ofPowers().stream()).distinct().toList();
  }

  @Override
  public void record(final Attempt attempt, final Records records) {
    if (atomic) {
      records.add(
          new AtomicWrite(items.stream().map(Add::counter).toList(), items.get(0).amount()));
    }
    final boolean isAnswered = attempt.answer() != null && attempt.answer().status() == 200;
    final List<Answer> answers =
        isAnswered ? answers(attempt.answer()) : Arrays.asList(new Answer[items.size()]);
    if (answers.size() != items.size()) {
      records.complain(this + " got " + attempt.answer());
      return;
    }
    for (int i = 0; i < answers.size(); i++) {
      final Answer answer = answers.get(i);
      final Fate fate = answer == null ? attempt.fate() : Call.super.fate(answer);
      record(i, fate, answer, attempt, records);
    }
  }

  private void record(
      final int number,
      final Fate fate,
      final Answer answer,
      final Attempt attempt,
      final Records records) {
    final Add item = items.get(number);
    final String key = attempt.key() + "#" + ordinal(number);
    final boolean isUncertain =
        fate == Fate.APPLIED && mayHaveRun[number] && !attempt.answer().replayed();
    if (fate == Fate.APPLIED && !answer.counterId().equals(item.counter())) {
      records.complain("asked for " + item + ", got " + answer);
    }
    final boolean applied = fate == Fate.APPLIED;
    final Operation told =
        new Operation(
            item.counter(),
            true,
            item.amount(),
            key,
            attempt.startNs(),
            attempt.endNs(),
            fate,
            applied ? answer.value() : 0,
            applied ? answer.number("incarnation", answer.incarnation()) : 0,
            applied && (attempt.answer().replayed() || isUncertain));
    records.add(told);
    if (isUncertain) {
      records.addRepetition(told);
    }
    mayHaveRun[number] |= fate != Fate.NOT_APPLIED;
  }

  /** The n-th item of a counter is the same one whenever the key is sent. */
  private long ordinal(final int number) {
    return IntStream.range(0, number)
        .filter(i -> items.get(i).counter().equals(items.get(number).counter()))
        .count();
  }

  /** The answers of the items, each as if it had been one of its own. */
  private static List<Answer> answers(final Answer whole) {
    final List<Answer> answers = new ArrayList<>();
    for (int at = whole.body().indexOf(ITEM); at >= 0; ) {
      final int next = whole.body().indexOf(ITEM, at + 1);
      final String body = whole.body().substring(at, next < 0 ? whole.body().length() : next);
      final Answer item =
          new Answer(0, whole.incarnation(), whole.replayed(), whole.closes(), "", body);
      answers.add(
          new Answer(
              (int) item.number("status", 200),
              item.incarnation(),
              item.replayed(),
              item.closes(),
              "",
              body));
      at = next;
    }
    return answers;
  }

  @Override
  public String toString() {
    return (atomic ? "atomic " : "") + items;
  }
}
