package io.tally.edge.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether a new connection may stay. The last eighth of all places is kept for addresses
 * that hold few connections, so that no single address can shut out the others. IPv6 addresses are
 * told apart by their first 64 bits only, since one network is given all addresses behind these.
 * Thread-safe.
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

  /** Counts a connection, even one beyond the limit. Returns whether it may stay. */
  boolean enter(final InetAddress address) {
    final int all = count.incrementAndGet();
    final int ofNetwork = countByNetwork.merge(Network.of(address), 1, Integer::sum);
    return all <= openToAll || all <= maxConnections && ofNetwork <= FEW;
  }

  /** Counts the end of a connection. */
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
