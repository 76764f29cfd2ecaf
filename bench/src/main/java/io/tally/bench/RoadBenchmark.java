package io.tally.bench;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.internal.BenchEngine;
import io.tally.engine.internal.IngressAgent;
import io.tally.engine.internal.ShardEngine;
import io.tally.engine.internal.SteppedAgent;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole road of an increment behind the HTTP edge, on one thread as on an event loop: proxy,
 * ingress, ring, shard agent, lane, counter table, reply. The loop's turn ends after one request or
 * after 64.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RoadBenchmark extends MicroBenchmark implements ReplyHandler {
  private static final int SHARDS = 64;
  private static final int BATCH = 64;
  private static final byte[] NO_KEY = {};

  @Param({"1", "10000"})
  int counters;

  private final CounterReplyAdapter reply = new CounterReplyAdapter();
  private KeyWalk keys;
  private CounterProxy proxy;
  private IngressAgent ingress;
  private SteppedAgent shards;
  private long submitted;
  private long answered;
  private long lastValue;

  @Setup
  public void launch() {
    final ShardEngine engine =
        BenchEngine.launch(
            SHARDS, new CounterDefinition(new CounterLimit(counters)), SystemNanoClock.INSTANCE);
    keys = new KeyWalk(counters);
    ingress = engine.ingress(0);
    proxy = new CounterProxy(ingress);
    shards = engine.shardAgent(0);
  }

  @Benchmark
  public long one() {
    final long nowNs = System.nanoTime();
    increment(nowNs);
    step(nowNs);
    return lastValue;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long batch() {
    final long nowNs = System.nanoTime();
    for (int i = 0; i < BATCH; i++) {
      increment(nowNs);
    }
    step(nowNs);
    return lastValue;
  }

  @Override
  public void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (outcome != Outcome.ANSWERED
        || !reply.wrap(buffer, offset, length)
        || reply.status() != CounterStatus.OK) {
      throw new IllegalStateException("request ended as " + outcome);
    }
    lastValue = reply.value();
    answered++;
  }

  @TearDown
  public void verify() {
    verify("answers", submitted, answered);
    verify("requests under way", 0, ingress.pendingCount());
    long sum = 0;
    for (int i = 0; i < counters; i++) {
      keys.next();
      final long nowNs = System.nanoTime();
      proxy.get(nowNs, keys.ids(), keys.offset(), KeyWalk.ID_BYTES, this, 0);
      step(nowNs);
      sum += lastValue;
    }
    verify("sum of all counters", submitted, sum);
    verify("answers", submitted + counters, answered);
  }

  private void increment(final long nowNs) {
    keys.next();
    proxy.increment(
        nowNs, keys.ids(), keys.offset(), KeyWalk.ID_BYTES, 1, NO_KEY, 0, 0, this, submitted++);
  }

  private void step(final long nowNs) {
    ingress.doWork(nowNs);
    shards.doWork(nowNs);
  }
}
