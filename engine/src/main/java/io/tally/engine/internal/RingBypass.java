package io.tally.engine.internal;

import org.agrona.concurrent.NanoClock;

/**
 * Has commands of other nodes applied past the rings of their shards, where nothing waits in them.
 * A ring is for handing over between threads, and its slots have left the caches when their turn
 * comes: to claim, write and poll one costs as much as to apply the command. A run of commands,
 * such as those of a frame, enters the gates of the pollers that it needs, and leaves them at its
 * end. Belongs to the node's home thread.
 */
final class RingBypass {
  private static final byte NOT_TRIED = 0;
  private static final byte INSIDE = 1;
  private static final byte SHUT = 2;

  private final int loop;
  private final NanoClock clock;
  private final ShardPoller[] pollers;
  private final int[] agentByShard;
  private final byte[] gates;
  private boolean isTried;
  private long sinceNs;
  private int count;

  RingBypass(
      final int loop,
      final NanoClock clock,
      final ShardPoller[] pollers,
      final int[] agentByShard) {
    this.loop = loop;
    this.clock = clock;
    this.pollers = pollers;
    this.agentByShard = agentByShard;
    gates = new byte[pollers.length];
  }

  /**
   * Applies a command of a shard that is owned here, which was handed over before the run began.
   *
   * @return false if it has to go into the ring.
   */
  boolean tryApply(final Command command, final int length, final long deadlineNs) {
    final int agent = agentByShard[command.shardId];
    if (gates[agent] == NOT_TRIED) {
      begin(agent);
    }
    if (gates[agent] != INSIDE) {
      return false;
    }
    try {
      final boolean isApplied = pollers[agent].tryApply(command, length, deadlineNs);
      count += isApplied ? 1 : 0;
      return isApplied;
    } catch (final Error broken) {
      // The process is about to end. Nothing more is to be applied to what is broken.
      abandon();
      throw broken;
    }
  }

  private void begin(final int agent) {
    if (!isTried) {
      isTried = true;
      sinceNs = clock.nanoTime();
      count = 0;
    }
    gates[agent] = SHUT;
    if (pollers[agent].tryBeginPassing(loop)) {
      gates[agent] = INSIDE;
    }
  }

  /** Ends the run. */
  void leave() {
    if (isTried) {
      isTried = false;
      leaveFrom(0, count == 0 ? 0 : (clock.nanoTime() - sinceNs) / count);
    }
  }

  /** Whatever a poll throws, no gate stays shut. */
  private void leaveFrom(final int agent, final long commandNs) {
    if (agent < gates.length) {
      final boolean isInside = gates[agent] == INSIDE;
      gates[agent] = NOT_TRIED;
      try {
        if (isInside) {
          pollers[agent].endPassing(loop, commandNs);
        }
      } finally {
        leaveFrom(agent + 1, commandNs);
      }
    }
  }

  private void abandon() {
    isTried = false;
    for (int agent = 0; agent < gates.length; agent++) {
      if (gates[agent] == INSIDE) {
        pollers[agent].abandon();
      }
      gates[agent] = NOT_TRIED;
    }
  }
}
