package io.tally.transport.internal;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** A network that delivers when the test says so, and loses what the test names. One thread. */
final class SimulatedCarrier implements FrameCarrier {
  private record Flight(String subject, byte[] frame) {}

  private final InProcessCarrier network = new InProcessCarrier();
  private final ArrayDeque<Flight> flights = new ArrayDeque<>();
  private final Map<String, Integer> published = new HashMap<>();
  Predicate<String> loses = subject -> false;
  boolean connected = true;
  boolean publishFails;
  long maxFrameBytes = Integer.MAX_VALUE;
  Runnable beforeFrame = () -> {};
  int flushes;

  @Override
  public Subscription subscribe(final String subject, final FrameListener listener) {
    return network.subscribe(subject, listener);
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    if (publishFails) {
      return false;
    }
    if (length > maxFrameBytes) {
      return false;
    }
    published.merge(subject, 1, Integer::sum);
    if (!loses.test(subject)) {
      flights.add(new Flight(subject, Arrays.copyOf(memory, length)));
    }
    return true;
  }

  @Override
  public void flush() {
    flushes++;
  }

  int deliver() {
    final int count = flights.size();
    for (int i = 0; i < count; i++) {
      final Flight flight = flights.remove();
      network.publish(flight.subject(), flight.frame(), flight.frame().length);
    }
    return count;
  }

  int publishedTo(final String subject) {
    return published.getOrDefault(subject, 0);
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  @Override
  public String fault() {
    return connected ? "" : "disconnected";
  }

  @Override
  public long maxFrameBytes() {
    beforeFrame.run();
    return maxFrameBytes;
  }

  @Override
  public long listenNs() {
    return 300_000_000L;
  }
}
