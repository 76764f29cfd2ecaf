package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.engine.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hands attempts over, each to any process, and tells each once how it ended. */
final class Attempts {
  private static final long MS = Settings.MS;

  private final World world;
  private final Settings settings;
  private final Recorder recorder;
  private final SimulatedProcess[] processes;
  private final Map<Request, CounterAttempt> underWay = new LinkedHashMap<>();

  Attempts(
      final World world,
      final Settings settings,
      final Recorder recorder,
      final SimulatedProcess[] processes) {
    this.world = world;
    this.settings = settings;
    this.recorder = recorder;
    this.processes = processes;
  }

  /** Returns false if the process is not there: the attempt was not made, and hears nothing. */
  boolean hand(final CounterAttempt attempt) {
    final SimulatedProcess process = processes[world.nextInt(processes.length)];
    if (process == null) {
      return false;
    }
    final Request request =
        new Request(attempt.target(), attempt.isWrite(), attempt, 0, world.stamp(), world.nowNs());
    request.process = process;
    underWay.put(request, attempt);
    world.after(
        world.skewed(MS),
        () -> {
          if (!process.arrive(request)) {
            end(request, Fate.NOT_APPLIED, 0, false);
          }
        });
    world.after(3 * settings.requestTimeoutNs(), () -> onGivenUp(request, true));
    return true;
  }

  void onAnswer(
      final Request request,
      final Outcome outcome,
      final long incarnation,
      final boolean replayed) {
    request.outcome = outcome;
    recorder.onOutcome(request, outcome);
    final Fate fate =
        outcome == Outcome.ANSWERED
            ? Fate.APPLIED
            : outcome.isUnknown() ? Fate.UNKNOWN : Fate.NOT_APPLIED;
    end(request, fate, incarnation, replayed);
  }

  void onLost(final Request request) {
    world.after(world.skewed(MS), () -> onGivenUp(request, false));
  }

  private void onGivenUp(final Request request, final boolean patienceEnded) {
    if (underWay.containsKey(request)) {
      recorder.onUnanswered(request, patienceEnded);
      end(request, Fate.UNKNOWN, 0, false);
    }
  }

  private void end(
      final Request request, final Fate fate, final long incarnation, final boolean replayed) {
    final CounterAttempt attempt = underWay.remove(request);
    if (attempt != null) {
      request.ended = true;
      attempt.onEnd(fate, incarnation, replayed);
    }
  }
}
