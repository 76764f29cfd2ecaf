package io.tally.transport.internal;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The order of a planned stop, from the moment when the front end has begun to drain. Its requests
 * end while the nodes serve on; then the nodes take nothing new; when no peer awaits anything more,
 * their state is saved if it is to be, and they say goodbye. Each step ends when its condition is
 * met, and all together take no longer than the drain timeout, not counting the save. Only if that
 * has passed do requests that were given up then have 200 ms more, in which their answers are
 * written. Stepped by the thread that stops the process.
 */
public final class PlannedStop {
  /** Bound for writing the answers to requests that were given up at the drain timeout. */
  private static final long LAST_ANSWERS_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private enum Step {
    FRONT_END,
    PEERS,
    LAST_ANSWERS,
    SAVE,
    GOODBYE,
    DONE
  }

  private final List<ClusterLink> links;
  private final BooleanSupplier frontEndDrained;
  private final Runnable abandonRequests;
  private final long startNs;
  private final long timeoutNs;
  private BooleanSupplier saved = () -> true;
  private Step step = Step.FRONT_END;
  private long saveStartNs;
  private long saveNs;
  private boolean cutConnections;
  private boolean cutPeers;

  /**
   * Begins.
   *
   * @param links of the process's nodes.
   * @param frontEndDrained whether no connection is left.
   * @param abandonRequests ends all requests that are still under way; run once at most.
   * @param startNs when the front end began to drain.
   * @param timeoutNs from then to the end.
   */
  public PlannedStop(
      final List<ClusterLink> links,
      final BooleanSupplier frontEndDrained,
      final Runnable abandonRequests,
      final long startNs,
      final long timeoutNs) {
    this.links = links;
    this.frontEndDrained = frontEndDrained;
    this.abandonRequests = abandonRequests;
    this.startNs = startNs;
    this.timeoutNs = timeoutNs;
  }

  /**
   * Has something done when the peers await nothing more, or the time for that is over, and before
   * the goodbye, so that nobody takes this node for gone meanwhile. It has bounds of its own.
   *
   * @param isSaved asked again and again until it says that it is done, well or not.
   * @return this.
   */
  public PlannedStop beforeGoodbye(final BooleanSupplier isSaved) {
    saved = isSaved;
    return this;
  }

  /**
   * Takes the steps that are due.
   *
   * @param nowNs time in nanoseconds, of the clock of the start.
   * @return true once the last one was taken.
   */
  public boolean advance(final long nowNs) {
    Step before;
    do {
      before = step;
      step(nowNs - startNs);
    } while (step != before);
    return step == Step.DONE;
  }

  private void step(final long elapsedNs) {
    final boolean isOver = elapsedNs >= timeoutNs;
    switch (step) {
      case FRONT_END -> {
        // A slow client must not use up the time that the peers' requests need.
        if (frontEndDrained.getAsBoolean() || elapsedNs >= timeoutNs / 2) {
          links.forEach(ClusterLink::markDraining);
          step = Step.PEERS;
        }
      }
      case PEERS -> {
        final boolean answered = frontEndDrained.getAsBoolean();
        final boolean drained = links.stream().allMatch(ClusterLink::isDrained);
        if (answered && drained) {
          save(elapsedNs);
        } else if (isOver) {
          cutPeers = !drained;
          cutConnections = !answered;
          abandonRequests.run();
          step = Step.LAST_ANSWERS;
        }
      }
      case LAST_ANSWERS -> {
        if (frontEndDrained.getAsBoolean() || elapsedNs >= timeoutNs + LAST_ANSWERS_NS) {
          save(elapsedNs);
        }
      }
      case SAVE -> {
        if (saved.getAsBoolean()) {
          saveNs = elapsedNs - saveStartNs;
          links.forEach(ClusterLink::markLeaving);
          step = Step.GOODBYE;
        }
      }
      case GOODBYE -> {
        // A goodbye that was not published by then is tried once more when the link is closed.
        if (elapsedNs - saveNs >= timeoutNs || links.stream().allMatch(ClusterLink::hasLeft)) {
          step = Step.DONE;
        }
      }
      default -> {}
    }
  }

  private void save(final long elapsedNs) {
    saveStartNs = elapsedNs;
    step = Step.SAVE;
  }

  /**
   * How it went, for the log.
   *
   * @return one line, which says what was cut.
   */
  public String verdict() {
    return "stopped"
        + (cutConnections ? "; some connections were cut at the drain timeout" : "")
        + (cutPeers ? "; some requests of peers were left unanswered at the drain timeout" : "");
  }
}
