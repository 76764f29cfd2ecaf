package io.tally.launcher;

import io.tally.http.internal.ProbeResult;
import io.tally.transport.internal.StartState;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;

/** What the front end's node says of itself on the probes, and how it sees the other nodes. */
final class Status {
  private enum Phase {
    STARTING,
    READY,
    DRAINING
  }

  private final ClusterNode node;
  private final String transport;
  private final Supplier<String> carrierFault;
  private final NanoClock clock;
  private volatile Phase phase = Phase.STARTING;
  private volatile boolean serving;

  /**
   * The carrier's fault is an empty text while it has none; with a fault, the node is not ready.
   */
  Status(
      final ClusterNode node,
      final String transport,
      final Supplier<String> carrierFault,
      final NanoClock clock) {
    this.node = node;
    this.transport = transport;
    this.carrierFault = carrierFault;
    this.clock = clock;
  }

  synchronized void ready() {
    if (phase == Phase.STARTING) {
      serving = true;
      phase = Phase.READY;
    }
  }

  boolean isDraining() {
    return phase == Phase.DRAINING;
  }

  synchronized void draining() {
    phase = Phase.DRAINING;
  }

  /**
   * Whether requests for entities are taken: from the first time that this node is ready. A node
   * that has not met its cluster may find out that it is a stranger there, or the second process of
   * its id; then what it had applied would be lost.
   */
  boolean isServing() {
    return serving;
  }

  /** What {@code /livez} says. */
  static ProbeResult alive() {
    return new ProbeResult(true, "{\"live\":true}");
  }

  /** What {@code /readyz} says before the node is known by its cluster. */
  static ProbeResult starting(final String fault) {
    final String reason = fault.isEmpty() ? "" : ",\"reason\":" + quoted(fault);
    return new ProbeResult(false, "{\"ready\":false,\"state\":\"starting\"" + reason + "}");
  }

  ProbeResult readyz() {
    final String fault = carrierFault.get();
    final boolean ready = phase == Phase.READY && fault.isEmpty();
    final StringBuilder json = new StringBuilder(256);
    json.append("{\"ready\":").append(ready);
    json.append(",\"state\":\"").append(ownState(fault)).append('"');
    if (!fault.isEmpty()) {
      json.append(",\"reason\":").append(quoted(fault));
    }
    json.append(",\"node_id\":\"").append(node.nodeId()).append('"');
    json.append(",\"incarnation\":\"").append(node.incarnation()).append('"');
    json.append(",\"durability\":\"")
        .append(node.state() == null ? "memory" : "planned_stop")
        .append("\",\"transport\":\"")
        .append(transport)
        .append('"');
    if (node.link() != null) {
      final StartState state = node.link().startState(clock.nanoTime());
      json.append(",\"peers_up\":").append(array(state.up()));
      json.append(",\"peers_starting\":").append(array(starting(state)));
      json.append(",\"peers_missing\":").append(array(state.missing()));
      json.append(",\"peers_refused\":").append(array(state.refused()));
      json.append(",\"clock_outliers\":").append(array(outliers(state)));
    }
    return new ProbeResult(ready, json.append('}').toString());
  }

  private String ownState(final String fault) {
    final Phase now = phase;
    return now == Phase.READY && !fault.isEmpty() ? "cut_off" : now.name().toLowerCase(Locale.ROOT);
  }

  private static String quoted(final String text) {
    final StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      final char character = text.charAt(i);
      if (character == '"' || character == '\\') {
        json.append('\\');
      }
      json.append(character < ' ' ? ' ' : character);
    }
    return json.append('"').toString();
  }

  /** How a node of the cluster is, by its index. */
  String stateOf(final int index) {
    if (isOwn(index)) {
      final String state = ownState(carrierFault.get());
      return state.equals("ready") ? "up" : state;
    }
    return switch (node.link().peerStatus(index)) {
      case UP -> "up";
      case DRAINING -> "draining";
      default -> "down";
    };
  }

  /** The incarnation of a node's process; 0 if none was ever heard. */
  long incarnationOf(final int index) {
    return isOwn(index) ? node.incarnation() : node.link().incarnation(index);
  }

  private boolean isOwn(final int index) {
    return node.engine().routingTable().nodeIds().get(index).equals(node.nodeId());
  }

  private static List<String> starting(final StartState state) {
    return state.answered().stream().filter(peer -> !state.up().contains(peer)).toList();
  }

  /** The ids of nodes whose own incarnation, or that of a shard, is far ahead of all clocks. */
  private static List<String> outliers(final StartState state) {
    return Stream.concat(state.outliers().stream(), state.doubted().stream()).distinct().toList();
  }

  private static String array(final List<String> nodeIds) {
    final StringJoiner array = new StringJoiner(",", "[", "]");
    nodeIds.forEach(id -> array.add('"' + id + '"'));
    return array.toString();
  }
}
