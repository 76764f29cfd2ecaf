package io.tally.transport.internal;

import io.tally.transport.NatsAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers that a session tries one after the other. Those given stay for good; of those that
 * servers named, the last list counts.
 */
final class NatsServerList {
  private final List<NatsAddress> given;
  private List<NatsAddress> known;
  private int index;

  NatsServerList(final List<NatsAddress> given, final long start) {
    this.given = List.copyOf(given);
    known = this.given;
    index = (int) Math.floorMod(start, (long) known.size());
  }

  int size() {
    return known.size();
  }

  NatsAddress current() {
    return known.get(index);
  }

  void next() {
    index = (index + 1) % known.size();
  }

  /** Takes the names that the current server told, and returns those that are not valid. */
  List<String> learn(final List<String> hostsAndPorts) {
    final NatsAddress current = current();
    final List<NatsAddress> servers = new ArrayList<>(given);
    final List<String> invalid = new ArrayList<>();
    add(servers, current);
    for (final String hostAndPort : hostsAndPorts) {
      try {
        add(servers, current.discovered(hostAndPort));
      } catch (final IllegalArgumentException e) {
        invalid.add(hostAndPort);
      }
    }
    known = servers;
    index = servers.indexOf(current);
    return invalid;
  }

  private static void add(final List<NatsAddress> servers, final NatsAddress address) {
    if (servers.stream().noneMatch(address::isSameServer)) {
      servers.add(address);
    }
  }
}
