package io.tally.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What shards answered when they ran writes, by life and write. */
final class RunLog<A> {
  /** A write in a life of its shard. */
  record Run(long incarnation, long identity) {}

  private final Map<Run, List<A>> answers = new HashMap<>();

  /** What the runs of a write in one life answered before; gets another answer. */
  List<A> of(final long incarnation, final long identity) {
    return answers.computeIfAbsent(new Run(incarnation, identity), run -> new ArrayList<>());
  }

  void forEach(final BiConsumer<Run, List<A>> action) {
    answers.forEach(action);
  }

  boolean hasRun(final long identity) {
    return answers.keySet().stream().anyMatch(run -> run.identity == identity);
  }

  /** Whether a run in this life answered so, or in any life if that was kept under a key. */
  boolean wasSaid(
      final long incarnation, final long identity, final boolean replayed, final A answer) {
    return answers.entrySet().stream()
        .filter(run -> run.getKey().identity == identity)
        .filter(run -> run.getKey().incarnation == incarnation || replayed)
        .anyMatch(run -> run.getValue().contains(answer));
  }
}
