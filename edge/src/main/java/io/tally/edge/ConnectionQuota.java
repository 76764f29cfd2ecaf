package io.tally.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may have a connection. The last eighth of all places is kept for addresses that hold few, so
 * that one of them cannot shut out the others. An IPv6 address counts by its first half, which is
 * what one network is given. Thread-safe.
 */
final class ConnectionQuota {
  private static final int FEW = 8;
  private static final int NETWORK_BYTES = 8;

  private final int maxConnections;
  private final int openToAll;
  private final AtomicInteger count = new AtomicInteger();
  private final ConcurrentMap<Network, Integer> countByNetwork = new ConcurrentHashMap<>();

  ConnectionQuota(final int maxConnections) {
    this.maxConnections = maxConnections;
    openToAll = maxConnections - maxConnections / 8;
  }

  /** Takes a place, also one beyond the limit; returns whether it may be kept. */
  boolean enter(final InetAddress address) {
    final int all = count.incrementAndGet();
    final int ofNetwork = countByNetwork.merge(Network.of(address), 1, Integer::sum);
    return all <= openToAll || all <= maxConnections && ofNetwork <= FEW;
  }

  /** Gives a place back. */
  void leave(final InetAddress address) {
    countByNetwork.computeIfPresent(
        Network.of(address), (network, number) -> number == 1 ? null : number - 1);
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }

  private record Network(byte[] prefix) {
    static Network of(final InetAddress address) {
      final byte[] bytes = address.getAddress();
      return new Network(
          address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }

    @Override
    public boolean equals(final Object other) {
      return other instanceof Network network && Arrays.equals(prefix, network.prefix);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(prefix);
    }
  }
}
