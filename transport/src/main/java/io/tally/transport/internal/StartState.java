package io.tally.transport.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * How far a starting node has come. An immutable picture; each list is in the order of the node
 * list.
 *
 * @param up peers that are ready.
 * @param answered peers that said hello and live, ready or not.
 * @param missing peers of which nothing was heard, or no more.
 * @param refused ids of living processes that were refused.
 * @param outliers of these, ids of processes that name an incarnation far ahead of all clocks.
 * @param doubted peers that live and name one of a shard that is: commands for their shards wait.
 * @param listened whether a living process of this node's own id would have been heard by now.
 * @param alreadyRunning incarnation of a living process of this node's own id that goes first; 0:
 *     none heard.
 * @param superseded incarnation of a newer ready process of this node's own id; 0: none heard.
 * @param knownIncarnation highest incarnation of this node, or of one of its shards, that others
 *     know, if it is not below this one's; else 0.
 * @param knownGeneration highest generation of this node's state on disk that others have heard
 *     from a process of it that was ready; 0: none.
 * @param knownShardIncarnation highest incarnation of this node's shards that others have known; 0:
 *     none.
 */
public record StartState(
    List<String> up,
    List<String> answered,
    List<String> missing,
    List<String> refused,
    List<String> outliers,
    List<String> doubted,
    boolean listened,
    long alreadyRunning,
    long superseded,
    long knownIncarnation,
    long knownGeneration,
    long knownShardIncarnation) {
  /** The state of a node that is its cluster: it has nobody to meet. */
  public static final StartState ALONE =
      new StartState(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), true, 0, 0, 0, 0, 0);

  /** Copies the lists. */
  public StartState {
    up = List.copyOf(up);
    answered = List.copyOf(answered);
    missing = List.copyOf(missing);
    refused = List.copyOf(refused);
    outliers = List.copyOf(outliers);
    doubted = List.copyOf(doubted);
  }

  static StartState of(
      final LocalNode local,
      final PeerTable peers,
      final RefusedProcesses refused,
      final boolean listened) {
    final List<String> up = new ArrayList<>();
    final List<String> answered = new ArrayList<>();
    final List<String> missing = new ArrayList<>();
    final List<String> doubted = new ArrayList<>();
    for (final Peer peer : peers.others()) {
      final PeerSession session = peer.session();
      if (session != null && session.isAlive()) {
        answered.add(peer.id);
        if (session.status() == PeerStatus.UP) {
          up.add(peer.id);
        }
        if (session.areShardsDoubted()) {
          doubted.add(peer.id);
        }
      } else {
        missing.add(peer.id);
      }
    }
    return new StartState(
        up,
        answered,
        missing,
        refused.livingIds(),
        refused.outlierIds(),
        doubted,
        listened,
        local.alreadyRunning(),
        local.superseded(),
        local.knownIncarnation(),
        local.knownGeneration(),
        local.knownShardIncarnation());
  }

  /**
   * Whether nothing forbids this node to become ready. Missing peers do not forbid it, nor does one
   * with a wrong clock, nor a stranger that claims no place in this node's own list, as long as a
   * peer of that list agrees: one mistyped process must not keep every restarted node from serving.
   *
   * @return true if it has listened long enough, was not refused and is the only process of its id.
   */
  public boolean mayBecomeReady() {
    return listened
        && (outliers.containsAll(refused)
            || !answered.isEmpty() && refused.stream().noneMatch(this::forbids))
        && alreadyRunning == 0
        && superseded == 0
        && knownIncarnation == 0;
  }

  private boolean forbids(final String nodeId) {
    return !outliers.contains(nodeId) && (answered.contains(nodeId) || missing.contains(nodeId));
  }
}
