package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboundFramesTest {
  private static final int MAX_FRAME = 1 << 11;
  private static final int MAX_BYTES = 1 << 14;
  private static final String SUBJECT = "test.node.node-0.7";

  private final InProcessCarrier carrier = new InProcessCarrier();
  private final LinkCounters counters = new LinkCounters();
  private final AtomicInteger wakeups = new AtomicInteger();
  private InboundFrames frames;

  @BeforeEach
  void subscribe() throws IOException {
    final NodeSetup setup =
        TestNode.setup("node-0", 7)
            .windowBytes(MAX_BYTES)
            .ringBytes(MAX_BYTES)
            .maxFrameBytes(MAX_FRAME)
            .inboundFrames(64)
            .inboundBytes(MAX_BYTES);
    frames = new InboundFrames(setup.link(), wakeups::incrementAndGet, counters);
    frames.subscribe(carrier, setup.start());
  }

  private void arrive(final int length) {
    carrier.publish(SUBJECT, new byte[length], length);
  }

  @Test
  void shouldTakeFramesUpToItsBytes() {
    for (int i = 0; i < 10; i++) {
      arrive(MAX_FRAME);
    }
    assertEquals(MAX_BYTES, frames.bytes());
    assertEquals(2, counters.get(LinkCounter.INBOUND_FULL));
    assertEquals(8, wakeups.get(), "nobody is woken for what is dropped");
    frames.poll();
    arrive(MAX_FRAME - 1);
    arrive(1);
    arrive(1);
    assertEquals(MAX_BYTES, frames.bytes());
    assertEquals(3, counters.get(LinkCounter.INBOUND_FULL));
  }

  @Test
  void shouldTakeFramesUpToTheirNumber() {
    for (int i = 0; i < 70; i++) {
      arrive(1);
    }
    assertEquals(64, frames.bytes());
    assertEquals(6, counters.get(LinkCounter.INBOUND_FULL));
  }

  @Test
  void shouldRefuseWhatIsLongerThanAFrame() {
    arrive(MAX_FRAME + 1);
    assertEquals(0, frames.bytes());
    assertEquals(1, counters.refused(FrameRefusal.OVERSIZED));
    assertEquals(0, counters.get(LinkCounter.INBOUND_FULL));
    assertEquals(0, wakeups.get());
  }

  @Test
  void shouldCountEveryByteOfSeveralThreads() throws InterruptedException {
    final int perThread = 50_000;
    final List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      final int length = 400 + t;
      final Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < perThread; i++) {
                  arrive(length);
                }
              });
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    long polled = 0;
    while (threads.stream().anyMatch(Thread::isAlive)) {
      assertTrue(frames.bytes() >= 0);
      polled += frames.poll() == null ? 0 : 1;
    }
    while (frames.poll() != null) {
      polled++;
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    assertEquals(0, frames.bytes());
    assertEquals(3 * perThread, polled + counters.get(LinkCounter.INBOUND_FULL));
    assertTrue(polled > 0);
  }
}
