package io.tally.transport;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The processes with another configuration that were heard of, the last heard last; the oldest is
 * forgotten when there are too many. Written by the receiver; any thread may ask for the ids of
 * those that live.
 */
final class RefusedProcesses {
  private static final int LIMIT = 16;

  private final long silenceTimeoutNs;
  private final List<Refused> heard = new ArrayList<>(LIMIT);
  private volatile List<String> livingIds = List.of();

  RefusedProcesses(final long silenceTimeoutNs) {
    this.silenceTimeoutNs = silenceTimeoutNs;
  }

  /** Returns true if this process is a new one. */
  boolean onHeard(final long nowNs, final String nodeId, final long incarnation) {
    final boolean isNew = !remove(nodeId, incarnation);
    if (heard.size() == LIMIT) {
      heard.remove(0);
    }
    heard.add(new Refused(nodeId, incarnation, nowNs, true));
    publish();
    return isNew;
  }

  void onLeft(final long nowNs, final String nodeId, final long incarnation) {
    if (remove(nodeId, incarnation)) {
      heard.add(new Refused(nodeId, incarnation, nowNs, false));
      publish();
    }
  }

  /** The node turned up with the right configuration. */
  void onAccepted(final String nodeId, final long incarnation) {
    if (!heard.isEmpty() && remove(nodeId, incarnation)) {
      publish();
    }
  }

  void checkSilence(final long nowNs) {
    boolean changed = false;
    for (int i = 0; i < heard.size(); i++) {
      final Refused refused = heard.get(i);
      if (refused.lives && nowNs - refused.heardNs >= silenceTimeoutNs) {
        heard.set(i, new Refused(refused.nodeId, refused.incarnation, refused.heardNs, false));
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
    livingIds = heard.stream().filter(Refused::lives).map(Refused::nodeId).distinct().toList();
  }

  private record Refused(String nodeId, long incarnation, long heardNs, boolean lives) {}
}
