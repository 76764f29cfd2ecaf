package io.tally.launcher;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tally.edge.internal.EventLoops;
import java.lang.management.ManagementFactory;

/** What clients can make the process keep: connections, and the bytes that they hold. */
final class ClientLimit {
  /**
   * Heap that an idle connection takes. Its buffers are not part of it: they count as bytes of
   * clients.
   */
  private static final long BYTES_PER_CONNECTION = 4_096;

  private static final long HEAP_SHARE = 8;

  /**
   * A quarter. Entities of services take half; of the other half only half is planned, because an
   * allocator's chunks are never all full.
   */
  private static final long DIRECT_SHARE = 4;

  /** Descriptors for files, event loops, the metrics port and the link. */
  private static final long OTHER_DESCRIPTORS = 256;

  private static final int MAX_CONNECTIONS = 1 << 20;

  private final int maxConnections;
  private final long maxBytes;
  private final long pollBytes;
  private final int safeConnections;
  private final long descriptors;

  /**
   * Computes the limit.
   *
   * @param wanted number of connections, or 0 for as many as memory and descriptors allow.
   * @param loops event loops that serve them.
   * @param directBytes outside the heap that rings, queues and the like leave.
   * @param heapBytes largest size of the heap.
   */
  ClientLimit(final int wanted, final int loops, final long directBytes, final long heapBytes) {
    this(wanted, loops, directBytes, heapBytes, descriptors());
  }

  ClientLimit(
      final int wanted,
      final int loops,
      final long directBytes,
      final long heapBytes,
      final long descriptors) {
    this.descriptors = descriptors;
    final long byMemory = heapBytes / HEAP_SHARE / BYTES_PER_CONNECTION;
    safeConnections = (int) Math.max(1, Math.min(MAX_CONNECTIONS, byMemory));
    maxConnections = wanted > 0 ? wanted : (int) Math.max(1, Math.min(safeConnections, usable()));
    pollBytes = EventLoops.pollBytes(loops, maxConnections);
    final long spareBytes = directBytes - pollBytes;
    maxBytes = Math.max(1, Math.min(heapBytes / HEAP_SHARE, spareBytes / DIRECT_SHARE));
  }

  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  /** Descriptors that connections can have. */
  private long usable() {
    return Math.max(descriptors / 2, descriptors - OTHER_DESCRIPTORS);
  }

  int maxConnections() {
    return maxConnections;
  }

  /** Heap that they take while they are idle. */
  long connectionBytes() {
    return maxConnections * BYTES_PER_CONNECTION;
  }

  /** Memory outside the heap that the event loops take to serve them. */
  long pollBytes() {
    return pollBytes;
  }

  /** Bytes for all connections together, not counting what idle connections take. */
  long maxBytes() {
    return maxBytes;
  }

  /** Refuses more connections than there can be, and warns of more than memory is planned for. */
  void check() throws StartException {
    if (maxConnections > usable()) {
      throw new StartException(
          "--max-connections="
              + maxConnections
              + " needs "
              + (maxConnections + OTHER_DESCRIPTORS)
              + " file descriptors and the process may open "
              + descriptors
              + ": raise the limit (ulimit -n), or allow fewer connections");
    }
    if (maxConnections > safeConnections) {
      Log.warn(
          "--max-connections is above what an eighth of the heap holds: it may run out",
          "max_connections",
          maxConnections,
          "safe",
          safeConnections);
    }
  }
}
