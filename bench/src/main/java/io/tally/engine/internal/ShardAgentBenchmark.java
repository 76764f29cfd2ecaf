package io.tally.engine.internal;

import io.tally.bench.KeyWalk;
import io.tally.bench.MicroBenchmark;
import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterReplyAdapter;
import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.lane.internal.IngressLane;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What one shard thread can do: commands go into its ring, it applies them behind its lane to the
 * counter table, and the answers come back through the reply queue. The payloads were encoded
 * before. The shard's part alone, which is what a thread of its own can do at best; that and the
 * part of the ingress on one thread in turns of 64; and each on its own thread. For the latter, two
 * Disruptors as they come that move the same bytes there and back.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ShardAgentBenchmark extends MicroBenchmark {
  private static final int SLOTS = 1024;
  private static final int TURN = 64;
  private static final int POLL_LIMIT = 256;
  private static final int LANE_WINDOW = 4096;
  private static final int COMMANDS = 1 << 16;

  /** The engine of one shard, and the front half of an ingress in front of it. */
  @State(Scope.Benchmark)
  public static class OneShard {
    private static final int COUNTERS = 1024;
    private static final int PAYLOAD_STRIDE = 64;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(10);

    private final SampleCommand sample = new SampleCommand();
    private final UnsafeBuffer payloads = new UnsafeBuffer(new byte[COUNTERS * PAYLOAD_STRIDE]);
    private final long[] hashes = new long[COUNTERS];
    private final MessageClaim claim = new MessageClaim();
    private final IngressLane lane = new IngressLane(LANE_WINDOW);
    private final CounterReplyAdapter reply = new CounterReplyAdapter();
    private final ReplySink sink = this::onReply;
    private final SteppedAgent agent;
    private final MessageRing ring;
    private final ReplyQueue replies;
    private final CommandProxy proxy;
    private final long epoch;
    private long sent;
    private long answered;

    /** Launches the engine. */
    public OneShard() {
      final KeyWalk keys = new KeyWalk(COUNTERS);
      for (int i = 0; i < COUNTERS; i++) {
        keys.next();
        sample.address(keys);
        hashes[i] = keys.hash();
        payloads.putBytes(
            i * PAYLOAD_STRIDE,
            sample.slots,
            sample.request.payloadOffset,
            sample.request.payloadLength);
      }
      sample.request.payload = payloads;
      final Wakeup polled = () -> {};
      final CounterDefinition services = new CounterDefinition(new CounterLimit(COUNTERS));
      final ShardEngine engine =
          BenchEngine.launch(
              new ClusterSettings(List.of("node-0"), 1, ClusterSettings.DEFAULT_SEED, LANE_WINDOW),
              EngineSettings.DEFAULT.withRingSlots(SLOTS),
              services,
              SystemNanoClock.INSTANCE,
              new EngineThreads(
                  EngineThreads.NO_LOOP,
                  new Wakeup[] {polled},
                  new int[] {EngineThreads.NO_LOOP},
                  new Wakeup[] {polled}));
      agent = engine.shardAgent(0);
      ring = engine.ownedShards().findFirst().orElseThrow().ring();
      replies = engine.ingress(0).replyQueue();
      epoch = engine.routingTable().epoch(0);
      proxy = new CommandProxy(engine.routingTable().nodeKey(0), SampleCommand.INCARNATION, 0);
    }

    boolean send(final long nowNs) {
      if (!lane.hasRoom() || !ring.tryClaim(sample.encodedLength(), nowNs + DEADLINE_NS, claim)) {
        return false;
      }
      final int next = (int) sent & COUNTERS - 1;
      sample.request.payloadOffset = next * PAYLOAD_STRIDE;
      sample.request.placementHash = hashes[next];
      sample.request.entityHash = hashes[next];
      sample.request.laneSequence = lane.assign();
      sample.request.correlationId = ++sent;
      proxy.encode(
          claim, sample.request, epoch, lane.floor(), SampleCommand.REMAINING_US, sample.slots);
      claim.commit();
      return true;
    }

    int receive() {
      return replies.drain(sink);
    }

    @TearDown
    public void verify() {
      MicroBenchmark.verify("answers", sent, answered);
      MicroBenchmark.verify("floor", sent, lane.floor());
    }

    private void onReply(
        final long correlationId,
        final ReplyCode code,
        final int serviceCode,
        final long shardIncarnation,
        final boolean replayed,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
      // Every counter is visited once in a round, so its value is the number of the round.
      final long round = answered / COUNTERS + 1;
      if (code != ReplyCode.ANSWERED
          || correlationId != ++answered
          || !reply.wrap(buffer, offset, length)
          || reply.value() != round) {
        throw new IllegalStateException("answer " + correlationId + " is wrong: " + reply.value());
      }
      lane.resolve(correlationId);
    }
  }

  /** A ring full of commands before, and a queue of their answers emptied after each operation. */
  @State(Scope.Benchmark)
  public static class FullRing {
    @Setup(Level.Invocation)
    public void fill(final OneShard shard) {
      final long nowNs = System.nanoTime();
      for (int i = 0; i < SLOTS; i++) {
        if (!shard.send(nowNs)) {
          throw new IllegalStateException("the ring is full");
        }
      }
    }

    @TearDown(Level.Invocation)
    public void drain(final OneShard shard) {
      MicroBenchmark.verify("answers received", SLOTS, shard.receive());
    }
  }

  /** What {@link #twoThreads} took, summed up over an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Turns {
    /** Commands that went each way. */
    public long commands;

    /** Time through the shard, nanoseconds. */
    public long shardNs;

    /** Time through the Disruptors, nanoseconds. */
    public long disruptorsNs;
  }

  /** A thread that steps whatever stands at the other end. */
  @State(Scope.Benchmark)
  public static class OtherEnd {
    final RawDisruptor commands =
        new RawDisruptor(
            SLOTS, SampleCommand.MAX_PAYLOAD_LENGTH, new SampleCommand().encodedLength());
    final RawDisruptor answers =
        new RawDisruptor(SLOTS, SampleCommand.MAX_PAYLOAD_LENGTH, ReplyLayout.encodedLength(17));
    final IdleStrategy idle = new YieldingIdleStrategy();
    private volatile Throwable fault;
    private AgentRunner thread;

    void start(final Agent agent) {
      if (thread == null) {
        thread = new AgentRunner(new YieldingIdleStrategy(), thrown -> fault = thrown, null, agent);
        AgentRunner.startOnThread(thread);
      }
    }

    void idle(final int workCount) {
      if (fault != null) {
        throw new IllegalStateException(fault);
      }
      idle.idle(workCount);
    }

    @TearDown
    public void stop() {
      if (thread != null) {
        thread.close();
      }
    }
  }

  private final RawDisruptor.Handler onAnswer = this::onAnswer;
  private long sent;
  private long answered;

  @Benchmark
  @OperationsPerInvocation(TURN)
  public void oneThread(final OneShard shard) {
    final long nowNs = System.nanoTime();
    for (int i = 0; i < TURN; i++) {
      if (!shard.send(nowNs)) {
        throw new IllegalStateException("the ring is full");
      }
    }
    verify("commands applied", TURN, shard.agent.doWork(nowNs));
    verify("answers received", TURN, shard.receive());
  }

  @Benchmark
  @OperationsPerInvocation(SLOTS)
  public void shardThread(final OneShard shard, final FullRing filled) {
    final long nowNs = System.nanoTime();
    int workCount = 0;
    for (int i = 0; i < SLOTS / POLL_LIMIT; i++) {
      workCount += shard.agent.doWork(nowNs);
    }
    verify("commands applied", SLOTS, workCount);
  }

  /** In turns, because how fast two processors hand over to each other changes with the moment. */
  @Benchmark
  @OperationsPerInvocation(2 * COMMANDS)
  public void twoThreads(final OneShard shard, final OtherEnd otherEnd, final Turns turns) {
    otherEnd.start(new CompositeAgent(new Stepped(shard.agent), new Echo(otherEnd)));
    final long startNs = System.nanoTime();
    moveThroughShard(shard, otherEnd);
    final long betweenNs = System.nanoTime();
    moveThroughDisruptors(otherEnd);
    turns.disruptorsNs += System.nanoTime() - betweenNs;
    turns.shardNs += betweenNs - startNs;
    turns.commands += COMMANDS;
  }

  private static void moveThroughShard(final OneShard shard, final OtherEnd otherEnd) {
    final long end = shard.sent + COMMANDS;
    while (shard.answered != end) {
      final long nowNs = System.nanoTime();
      int workCount = 0;
      while (workCount < TURN && shard.sent != end && shard.send(nowNs)) {
        workCount++;
      }
      otherEnd.idle(workCount + shard.receive());
    }
  }

  private void moveThroughDisruptors(final OtherEnd otherEnd) {
    final long end = sent + COMMANDS;
    while (answered != end) {
      int workCount = 0;
      while (workCount < TURN && sent != end && otherEnd.commands.offer(sent + 1)) {
        sent++;
        workCount++;
      }
      otherEnd.idle(workCount + otherEnd.answers.poll(onAnswer, POLL_LIMIT));
    }
  }

  @TearDown
  public void verify() {
    verify("answers of the Disruptors", sent, answered);
  }

  private void onAnswer(final long number) {
    verify("answer", ++answered, number);
  }

  private record Stepped(SteppedAgent agent) implements Agent {
    @Override
    public int doWork() {
      return agent.doWork(System.nanoTime());
    }

    @Override
    public String roleName() {
      return "shard";
    }
  }

  private static final class Echo implements Agent {
    private final OtherEnd ends;
    private final RawDisruptor.Handler onCommand;

    Echo(final OtherEnd ends) {
      this.ends = ends;
      onCommand = this::onCommand;
    }

    @Override
    public int doWork() {
      return ends.commands.poll(onCommand, POLL_LIMIT);
    }

    @Override
    public String roleName() {
      return "echo";
    }

    private void onCommand(final long number) {
      while (!ends.answers.offer(number)) {
        Thread.onSpinWait();
      }
    }
  }
}
