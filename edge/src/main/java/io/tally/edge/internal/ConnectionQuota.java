package io.tally.edge.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
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

  /** Above an address of version 4: no connection comes from such a network of version 6. */
  private static final long IPV4 = -1L << Integer.SIZE;

  private final int maxConnections;
  private final int openToAll;
  private final AtomicInteger count = new AtomicInteger();

  /** Numbers have an order, by which the map finds them among any number of one hash. */
  private final ConcurrentMap<Long, Integer> countByNetwork = new ConcurrentHashMap<>();

  ConnectionQuota(final int maxConnections) {
    this.maxConnections = maxConnections;
    openToAll = maxConnections - maxConnections / 8;
  }

  /** Counts a connection, even one beyond the limit. Returns whether it may stay. */
  boolean enter(final InetAddress address) {
    final int all = count.incrementAndGet();
    final int ofNetwork = countByNetwork.merge(network(address), 1, Integer::sum);
    return all <= openToAll || all <= maxConnections && ofNetwork <= FEW;
  }

  /** Counts the end of a connection. */
  void leave(final InetAddress address) {
    countByNetwork.computeIfPresent(
        network(address), (network, number) -> number == 1 ? null : number - 1);
    count.decrementAndGet();
  }

  int count() {
    return count.get();
  }

  private static long network(final InetAddress address) {
    final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet6Address
        ? bytes.getLong()
        : IPV4 | Integer.toUnsignedLong(bytes.getInt());
  }
}
