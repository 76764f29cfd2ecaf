package io.tally.transport.internal;

import io.tally.engine.ClusterSettings;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The processes that were refused, in the order in which they were last heard. When there are more
 * than a cluster can have nodes, the one that was not heard for the longest time is forgotten.
 * Written by the receiver; any thread may ask for the ids of those that live.
 */
final class RefusedProcesses {
  private static final int LIMIT = ClusterSettings.MAX_NODE_COUNT;

  private final long heartbeatTimeoutNs;
  private final List<Refused> heard = new ArrayList<>();
  private volatile List<String> livingIds = List.of();
  private volatile List<String> outlierIds = List.of();

  RefusedProcesses(final long heartbeatTimeoutNs) {
    this.heartbeatTimeoutNs = heartbeatTimeoutNs;
  }

  /** Returns true if this process is a new one. */
  boolean onHeard(
      final long nowNs, final String nodeId, final long incarnation, final FrameRefusal reason) {
    final boolean isNew = !remove(nodeId, incarnation);
    if (heard.size() == LIMIT) {
      heard.remove(0);
    }
    heard.add(new Refused(nodeId, incarnation, nowNs, reason, true));
    publish();
    return isNew;
  }

  void onLeft(final long nowNs, final String nodeId, final long incarnation) {
    if (remove(nodeId, incarnation)) {
      heard.add(new Refused(nodeId, incarnation, nowNs, FrameRefusal.FINGERPRINT, false));
      publish();
    }
  }

  /** The node turned up with the right configuration. */
  void onAccepted(final String nodeId, final long incarnation) {
    if (!heard.isEmpty() && remove(nodeId, incarnation)) {
      publish();
    }
  }

  void checkTimeouts(final long nowNs) {
    boolean changed = false;
    for (int i = 0; i < heard.size(); i++) {
      final Refused refused = heard.get(i);
      if (refused.lives && nowNs - refused.heardNs >= heartbeatTimeoutNs) {
        heard.set(i, refused.ended());
        changed = true;
      }
    }
    if (changed) {
      publish();
    }
  }

  List<String> livingIds() {
    return livingIds;
  }

  /** The ids of those of them whose incarnation is far ahead of all clocks. */
  List<String> outlierIds() {
    return outlierIds;
  }

  private boolean remove(final String nodeId, final long incarnation) {
    for (final Iterator<Refused> i = heard.iterator(); i.hasNext(); ) {
      final Refused refused = i.next();
      if (refused.incarnation == incarnation && refused.nodeId.equals(nodeId)) {
        i.remove();
        return true;
      }
    }
    return false;
  }

  private void publish() {
    livingIds = livingIds(refused -> true);
    outlierIds = livingIds(refused -> refused.reason == FrameRefusal.INCARNATION);
  }

  private List<String> livingIds(final Predicate<Refused> condition) {
    return heard.stream()
        .filter(Refused::lives)
        .filter(condition)
        .map(Refused::nodeId)
        .distinct()
        .toList();
  }

  private record Refused(
      String nodeId, long incarnation, long heardNs, FrameRefusal reason, boolean lives) {
    Refused ended() {
      return new Refused(nodeId, incarnation, heardNs, reason, false);
    }
  }
}
