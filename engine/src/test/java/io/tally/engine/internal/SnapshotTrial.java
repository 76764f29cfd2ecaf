package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Places;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Takes a snapshot of a shard in the middle of a history, in slices between which the history goes
 * on, restores it into a fresh shard of a process with another clock, another secret and other
 * budgets, and has that one go on from the instant: what it answers and the state it comes to must
 * be the same.
 */
final class SnapshotTrial {
  /** All timers and windows of a history have ended half of that after it. */
  private static final long END_NS = 20_000 * StockNode.MS;

  record Step(long nowNs, Command command) {}

  /** Makes the context of a shard that asks for places there. */
  private final Function<Places, ContextBuilder> contexts;

  private final SplittableRandom random;
  private final List<Boolean> answers = new ArrayList<>();
  final KeptRecords records = new KeptRecords();
  final SteppedShard first;
  SteppedShard second;

  /** When the first shard has a snapshot begun. */
  Consumer<Shard> onBegin = shard -> {};

  /** Before the records are restored. */
  Consumer<KeptRecords> onRecords = kept -> {};

  SnapshotTrial(final SplittableRandom random, final Function<Places, ContextBuilder> contexts) {
    this.random = random;
    this.contexts = contexts;
    first =
        new SteppedShard(
            contexts.apply(
                budget -> {
                  answers.add(budget.tryTake());
                  return answers.get(answers.size() - 1);
                }));
  }

  boolean isPlaceRefused() {
    return answers.contains(false);
  }

  void run(final List<Step> history) {
    final int cut = random.nextInt(history.size());
    final Player player = new Player(first, 0, random.split());
    history.subList(0, cut).forEach(player::play);
    final int answersBefore = answers.size();
    final int repliesBefore = first.replies.size();
    final ShardSnapshot snapshot = new ShardSnapshot(first.shard, records);
    snapshot.begin(player.nowNs);
    final long instantNs = first.shard.time().timeNs() - first.startEpochNs;
    onBegin.accept(first.shard);
    player.between = () -> snapshot.write(1 + random.nextInt(4));
    history.subList(cut, history.size()).forEach(player::play);
    player.finish();
    while (!snapshot.write(1 + random.nextInt(1_000))) {
      player.sweep();
    }
    snapshot.end();
    assertTrue(snapshot.isWhole());

    final Queue<Boolean> given = new ArrayDeque<>(answers.subList(answersBefore, answers.size()));
    restore(given);
    final Player secondPlayer = new Player(second, second.clockNs - instantNs, random.split());
    secondPlayer.nowNs = instantNs;
    history.subList(cut, history.size()).forEach(secondPlayer::play);
    secondPlayer.finish();
    assertEquals(first.replies.subList(repliesBefore, first.replies.size()), second.replies);
    assertTrue(given.isEmpty(), "fewer places were asked for");
    assertEquals(state(player), state(secondPlayer));
  }

  private void restore(final Queue<Boolean> given) {
    final ContextBuilder context =
        contexts
            .apply(
                budget -> {
                  final boolean answer = given.remove();
                  if (answer) {
                    budget.take();
                  }
                  return answer;
                })
            .startEpochNs(1 + random.nextLong(StockNode.START_EPOCH_NS - END_NS));
    second = new SteppedShard(context);
    second.clockNs = random.nextLong(END_NS);
    onRecords.accept(records);
    final ShardRestore restore = new ShardRestore(second.shard);
    records.restoreInto(restore);
    restore.activate();
  }

  private static List<String> state(final Player player) {
    final KeptRecords end = new KeptRecords();
    final ShardSnapshot snapshot = new ShardSnapshot(player.target.shard, end);
    snapshot.begin(player.nowNs + player.aheadNs);
    assertTrue(snapshot.write(Integer.MAX_VALUE));
    snapshot.end();
    assertTrue(snapshot.isWhole());
    return end.state();
  }

  /** Applies a history as a poller does, with timers and sweeps at random. */
  private static final class Player {
    private final SteppedShard target;
    private final long aheadNs;
    private final SplittableRandom random;
    private Runnable between = () -> {};

    /** By the clock of the history, which the clock of the shard is ahead of. */
    private long nowNs;

    Player(final SteppedShard target, final long aheadNs, final SplittableRandom random) {
      this.target = target;
      this.aheadNs = aheadNs;
      this.random = random;
    }

    void play(final Step step) {
      while (nowNs < step.nowNs && random.nextInt(3) == 0) {
        // Polls without commands.
        nowNs += 1 + random.nextLong(step.nowNs - nowNs);
        target.shard.fireTimers(nowNs + aheadNs, random.nextInt(3));
        between.run();
      }
      nowNs = step.nowNs;
      while (!target.shard.fireTimers(nowNs + aheadNs, 1 + random.nextInt(3))) {
        between.run();
      }
      if (random.nextInt(4) == 0) {
        sweep();
      }
      target.apply(nowNs + aheadNs, step.command);
      if (random.nextInt(3) == 0) {
        between.run();
      }
    }

    void sweep() {
      target.shard.sweepKeys(nowNs + aheadNs, random.nextInt(100));
      target.shard.expireLongReplies(nowNs + aheadNs, random.nextInt(10));
    }

    /** All timers fire, and what has expired by then is dropped. */
    void finish() {
      nowNs += END_NS / 2;
      while (!target.shard.fireTimers(nowNs + aheadNs, 3)) {
        between.run();
      }
      target.shard.sweepKeys(nowNs + aheadNs, Integer.MAX_VALUE);
      target.shard.expireLongReplies(nowNs + aheadNs, Integer.MAX_VALUE);
    }
  }
}
