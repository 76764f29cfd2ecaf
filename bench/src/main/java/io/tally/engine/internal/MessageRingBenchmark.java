package io.tally.engine.internal;

import io.tally.bench.MicroBenchmark;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Handing commands over from one thread to another: through a shard's ring, and through Disruptor
 * as it comes with the same bytes and the same way of polling.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(java.util.concurrent.TimeUnit.SECONDS)
public class MessageRingBenchmark extends MicroBenchmark {
  private static final int SLOTS = 1024;
  private static final int SLOT_LENGTH = 512;
  private static final int POLL_LIMIT = 256;
  private static final int MESSAGES = 1 << 16;

  private final MessageRing messageRing = new MessageRing(SLOTS, SLOT_LENGTH);
  private final RawDisruptor disruptor =
      new RawDisruptor(SLOTS, SLOT_LENGTH, new SampleCommand().encodedLength());
  private final int length = disruptor.message().capacity();
  private final MessageClaim claim = new MessageClaim();
  private final IdleStrategy idle = new YieldingIdleStrategy();
  private final Consumer consumer = new Consumer();
  private final AgentRunner consumerThread =
      new AgentRunner(new YieldingIdleStrategy(), fault -> consumer.fault = fault, null, consumer);
  private long sent;

  @Setup
  public void start() {
    AgentRunner.startOnThread(consumerThread);
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void messageRing() {
    for (int i = 0; i < MESSAGES; i++) {
      while (!messageRing.tryClaim(length, sent, claim)) {
        idle.idle();
      }
      claim.buffer().putBytes(claim.offset(), disruptor.message(), 0, length);
      claim.buffer().putLong(claim.offset(), ++sent);
      claim.commit();
    }
    awaitConsumer();
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void disruptor() {
    for (int i = 0; i < MESSAGES; i++) {
      sent++;
      while (!disruptor.offer(sent)) {
        idle.idle();
      }
    }
    awaitConsumer();
  }

  @TearDown
  public void verify() {
    consumerThread.close();
    verify("messages received", sent, consumer.received);
  }

  private void awaitConsumer() {
    while (consumer.received != sent) {
      if (consumer.fault != null) {
        throw new IllegalStateException(consumer.fault);
      }
      idle.idle();
    }
  }

  private final class Consumer implements Agent {
    private volatile long received;
    private volatile Throwable fault;
    private long last;
    private final MessageRing.Handler onMessage = this::onMessage;
    private final RawDisruptor.Handler onNumber = this::onNumber;

    @Override
    public int doWork() {
      final int workCount =
          messageRing.poll(onMessage, POLL_LIMIT, MessageRing.NO_BOUND)
              + disruptor.poll(onNumber, POLL_LIMIT);
      if (workCount > 0) {
        received = last;
      }
      return workCount;
    }

    @Override
    public String roleName() {
      return "consumer";
    }

    private void onMessage(
        final DirectBuffer buffer,
        final int offset,
        final int messageLength,
        final long deadlineNs) {
      onNumber(disruptor.number(buffer, offset));
    }

    private void onNumber(final long number) {
      if (number != last + 1) {
        throw new IllegalStateException("message " + number + " came after " + last);
      }
      last = number;
    }
  }
}
