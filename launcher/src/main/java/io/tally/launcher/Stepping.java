package io.tally.launcher;

import io.tally.edge.internal.EventLoops;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.internal.AgentThread;
import io.tally.engine.internal.EngineThreads;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.SteppedAgent;
import io.tally.engine.internal.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * Which thread of the process steps which agent. A node's receiver belongs to its home loop. Its
 * shards belong to the event loops, or to threads of their own; a process of one node spreads them
 * over all of these, a process of several keeps each node's shards together. Its sender belongs to
 * the home loop too, or to the link thread where publishing may block.
 */
final class Stepping implements AutoCloseable {
  /**
   * A NATS message wakes half a dozen threads on its way, so messages are worth gathering: all
   * senders of the process publish together, and then linger for this long a message. What that
   * gains is in bench/RESULTS.md.
   */
  private static final long LINGER_NS = 25_000;

  private final EventLoops loops;
  private final int localNodeCount;
  private final AgentThread[] shardThreads;
  private final AgentThread linkThread;

  Stepping(
      final EventLoops loops,
      final NanoClock clock,
      final ErrorHandler errorHandler,
      final int localNodeCount,
      final int shardThreadCount,
      final boolean publishingBlocks) {
    this.loops = loops;
    this.localNodeCount = localNodeCount;
    shardThreads = new AgentThread[shardThreadCount];
    for (int i = 0; i < shardThreadCount; i++) {
      shardThreads[i] = thread("tally-shards-" + i, clock, errorHandler, 0);
    }
    linkThread = publishingBlocks ? thread("tally-link", clock, errorHandler, LINGER_NS) : null;
  }

  private static AgentThread thread(
      final String name,
      final NanoClock clock,
      final ErrorHandler errorHandler,
      final long lingerNs) {
    return new AgentThread(
        runnable -> {
          final Thread thread = new Thread(runnable, name);
          thread.setDaemon(true);
          return thread;
        },
        clock,
        errorHandler,
        lingerNs);
  }

  Wakeup homeWakeup(final int localIndex) {
    return loops.wakeup(homeLoop(localIndex));
  }

  /** Runs tasks on the home loop of a node, each followed by a step. */
  Executor home(final int localIndex) {
    final int loop = homeLoop(localIndex);
    return task ->
        loops.execute(
            loop,
            () -> {
              task.run();
              loops.wakeup(loop).wake();
            });
  }

  Wakeup senderWakeup(final int localIndex) {
    return linkThread != null ? linkThread : homeWakeup(localIndex);
  }

  /** The threads of a node's engine. Only the front end's node takes requests from loops. */
  EngineThreads engineThreads(final int localIndex, final boolean frontEnd) {
    final int stepperCount = shardThreads.length > 0 ? shardThreads.length : loops.loopCount();
    final int agentCount = localNodeCount == 1 ? stepperCount : 1;
    final int[] agentLoops = new int[agentCount];
    final Wakeup[] agentWakeups = new Wakeup[agentCount];
    for (int agent = 0; agent < agentCount; agent++) {
      final int stepper = (localIndex + agent) % stepperCount;
      agentLoops[agent] = shardThreads.length > 0 ? EngineThreads.NO_LOOP : stepper;
      agentWakeups[agent] = shardThreads.length > 0 ? shardThreads[stepper] : loops.wakeup(stepper);
    }
    final Wakeup[] ingressWakeups = new Wakeup[frontEnd ? loops.loopCount() : 0];
    for (int loop = 0; loop < ingressWakeups.length; loop++) {
      ingressWakeups[loop] = loops.wakeup(loop);
    }
    return new EngineThreads(homeLoop(localIndex), ingressWakeups, agentLoops, agentWakeups);
  }

  /** Hands all agents over to their threads. The order is that of the road of a command. */
  void start(final List<ClusterNode> nodes) {
    final List<List<SteppedAgent>> byShardThread = new ArrayList<>();
    for (int i = 0; i < shardThreads.length; i++) {
      byShardThread.add(new ArrayList<>());
    }
    final List<SteppedAgent> senders = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).link() != null) {
        loops.addAgent(homeLoop(i), StepOrder.RECEIVE, nodes.get(i).link().receiver());
      }
      final ShardEngine engine = nodes.get(i).engine();
      for (int loop = 0; loop < engine.ingressCount(); loop++) {
        loops.addAgent(loop, StepOrder.SUBMIT, engine.ingress(loop));
      }
      if (engine.watcher() != null) {
        loops.addAgent(homeLoop(i), StepOrder.SUBMIT, engine.watcher());
      }
    }
    for (int i = 0; i < nodes.size(); i++) {
      final ShardEngine engine = nodes.get(i).engine();
      for (int agent = 0; agent < engine.shardAgentCount(); agent++) {
        if (shardThreads.length > 0) {
          byShardThread.get((i + agent) % shardThreads.length).add(engine.shardAgent(agent));
        } else {
          loops.addAgent(
              (i + agent) % loops.loopCount(), StepOrder.APPLY, engine.shardAgent(agent));
        }
      }
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).link() != null) {
        if (linkThread != null) {
          senders.add(nodes.get(i).link().gatheringSender());
        } else {
          loops.addAgent(homeLoop(i), StepOrder.SEND, nodes.get(i).link().sender());
        }
      }
    }
    for (int i = 0; i < shardThreads.length; i++) {
      shardThreads[i].start(byShardThread.get(i).toArray(new SteppedAgent[0]));
    }
    if (linkThread != null) {
      senders.add(nodes.get(0).link().frameFlush());
      linkThread.start(senders.toArray(new SteppedAgent[0]));
    }
  }

  /**
   * Ends all requests under way. The answer to those that may have been applied is that their
   * outcome is unknown.
   */
  void abandon(final ShardEngine frontEnd) {
    for (int loop = 0; loop < frontEnd.ingressCount(); loop++) {
      loops.addAgent(loop, StepOrder.SEND, new Abandonment(frontEnd.ingress(loop)));
    }
  }

  private int homeLoop(final int localIndex) {
    return localIndex % loops.loopCount();
  }

  @Override
  public void close() {
    CloseHelper.closeAll(shardThreads);
    CloseHelper.close(linkThread);
    loops.close();
  }
}
