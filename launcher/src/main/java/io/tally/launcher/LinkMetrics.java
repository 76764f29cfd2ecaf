package io.tally.launcher;

import io.tally.engine.internal.RoutingTable;
import io.tally.transport.internal.CarrierCounter;
import io.tally.transport.internal.ClusterLink;
import io.tally.transport.internal.FrameRefusal;
import io.tally.transport.internal.LinkCounter;
import io.tally.transport.internal.LinkCounters;
import io.tally.transport.internal.PeerTraffic;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** The metrics of what the nodes of this process say to others, and of the network between. */
final class LinkMetrics {
  private static final double NS_PER_SECOND = 1e9;

  private final List<ClusterNode> nodes;
  private final Carriers carriers;

  /** Carriers are null in a cluster of one. */
  LinkMetrics(final List<ClusterNode> nodes, final Carriers carriers) {
    this.nodes = nodes.stream().filter(node -> node.link() != null).toList();
    this.carriers = carriers;
  }

  void addTo(final List<Family> families) {
    peers(families);
    frames(families);
    for (final LinkCounter counter : LinkCounter.values()) {
      if (counter != LinkCounter.INCARNATION_CHANGES) {
        families.add(
            Family.counter("tally_link_" + lower(counter), help(counter))
                .add(sum(counters -> counters.get(counter))));
      }
    }
    families.add(
        Family.counter(
                "tally_incarnation_changes",
                "Times that a peer came back as a new process; once for each restart and node that saw it.")
            .add(sum(counters -> counters.get(LinkCounter.INCARNATION_CHANGES))));
    carrier(families);
  }

  private void peers(final List<Family> families) {
    final Family up =
        Family.gauge(
            "tally_link_up",
            "1 if the node sees the peer up, else 0, and then the peer's shards are answered 503 here.",
            "node_id",
            "peer");
    final Family roundTrip =
        Family.summary(
            "tally_link_round_trip_seconds",
            "Time from the sending of a frame with commands until the peer has acknowledged it; one frame at a"
                + " time is timed. Slow if the network or the peer is.",
            "node_id",
            "peer");
    final Family window =
        Family.gauge(
            "tally_link_window_bytes",
            "Bytes sent to the peer that it has not acknowledged; at tally_link_window_bytes_limit further"
                + " messages wait. High if the network or the peer is slow.",
            "node_id",
            "peer");
    final Family queue =
        Family.gauge(
            "tally_link_queue_bytes",
            "Bytes of commands and replies that wait to be sent to the peer; at tally_link_queue_bytes_limit"
                + " requests wait, and are answered 503 busy after --queue-limit.",
            "node_id",
            "peer");
    for (final ClusterNode node : nodes) {
      final ClusterLink link = node.link();
      final RoutingTable routes = node.engine().routingTable();
      for (int peer = 0; peer < routes.nodeIds().size(); peer++) {
        final String peerId = routes.nodeIds().get(peer);
        if (!peerId.equals(node.nodeId())) {
          up.add(link.incarnation(peer) == 0 ? 0 : 1, node.nodeId(), peerId);
          final PeerTraffic traffic = link.traffic(peer);
          window.add(traffic.unacknowledgedBytes(), node.nodeId(), peerId);
          queue.add(traffic.queuedBytes(), node.nodeId(), peerId);
          roundTrip.addSummary(
              traffic.roundTripCount(),
              traffic.roundTripSumNs() / NS_PER_SECOND,
              node.nodeId(),
              peerId);
        }
      }
    }
    families.add(up);
    families.add(roundTrip);
    families.add(window);
    families.add(queue);
  }

  private void frames(final List<Family> families) {
    final Family messages =
        Family.histogram(
            "tally_frame_commands",
            "Commands and replies in a sent frame; many travel together under load, one when idle.",
            "node_id");
    for (final ClusterNode node : nodes) {
      final LinkCounters counters = node.link().counters();
      messages.addHistogram(
          LinkCounters.frameBucketCount(),
          LinkCounters::frameBucketBound,
          counters::frameBucket,
          counters.get(LinkCounter.COMMANDS_SENT) + counters.get(LinkCounter.REPLIES_SENT),
          node.nodeId());
    }
    families.add(messages);
    final Family refused =
        Family.counter(
            "tally_frames_refused",
            "Frames from other nodes that were not believed, by reason; 'fingerprint' is a node with other"
                + " settings or services, 'version' one none of whose versions is spoken here, 'stale_incarnation' the end"
                + " of a restarted one.",
            "reason");
    for (final FrameRefusal reason : FrameRefusal.values()) {
      refused.add(sum(counters -> counters.refused(reason)), reason.label());
    }
    families.add(refused);
  }

  private void carrier(final List<Family> families) {
    if (carriers != null && carriers.blocks()) {
      families.add(
          Family.gauge(
                  "tally_nats_connected",
                  "1 while this process is connected to a NATS server; at 0 it reaches no other process.")
              .add(carriers.carrier().isConnected() ? 1 : 0));
    }
    for (final CarrierCounter counter : CarrierCounter.values()) {
      families.add(
          Family.counter("tally_nats_" + lower(counter), help(counter))
              .add(carriers == null ? 0 : carriers.count(counter)));
    }
  }

  private long sum(final ToLongFunction<LinkCounters> value) {
    return nodes.stream().mapToLong(node -> value.applyAsLong(node.link().counters())).sum();
  }

  private static String help(final LinkCounter counter) {
    return switch (counter) {
      case FRAMES_SENT -> "Frames handed to the network for other nodes.";
      case BYTES_SENT -> "Bytes of the frames handed to the network.";
      case COMMANDS_SENT -> "Commands sent to the nodes that own their shards, repeats included.";
      case REPLIES_SENT -> "Replies sent to the nodes that asked.";
      case HELLOS_SENT -> "Hellos sent; about one a second to each peer.";
      case PUBLISH_FAILURES ->
          "Frames that the network did not take; what was in them is lost and asked for again. Grows while"
              + " the network is away.";
      case MESSAGES_DROPPED ->
          "Commands and replies that were queued for a peer and never left, because it went away or the network"
              + " failed.";
      case WINDOW_STALLS ->
          "Times that a peer had not acknowledged so many bytes that further messages had to wait. Grows if a"
              + " peer or the network cannot keep up.";
      case QUEUE_FULL ->
          "Attempts to queue a message for a peer that found no room; each is repeated. Grows if a peer or the"
              + " network cannot keep up.";
      case FRAMES_RECEIVED -> "Frames that arrived from other nodes.";
      case BYTES_RECEIVED -> "Bytes of the frames that arrived.";
      case COMMANDS_RECEIVED -> "Commands of other nodes that were accepted for shards owned here.";
      case REPLIES_RECEIVED -> "Replies of other nodes that were accepted.";
      case HELLOS_RECEIVED ->
          "Hellos that arrived from other nodes; about one a second from each peer.";
      case MESSAGES_REFUSED ->
          "Commands and replies in accepted frames that could not be read or were for somebody else; a message"
              + " of which nothing could be read counts once. Not 0: a bug, or nodes of different versions.";
      case MESSAGE_FAULTS ->
          "Commands, replies and messages at which this node threw; each is a bug of ours.";
      case COMMANDS_BUSY ->
          "Commands of other nodes answered busy, because the shard's ring stayed full for --queue-limit.";
      case REPLIES_DROPPED ->
          "Replies of other nodes dropped for want of room; they are asked for again.";
      case FRAMES_HELD ->
          "Frames that had to wait for room in a ring after they arrived. Grows if shards cannot keep up.";
      case INBOUND_FULL ->
          "Frames that arrived and found no room among those that wait for this node, at most"
              + " tally_link_inbound_bytes_limit bytes; what was in them is asked for again. Grows if the node"
              + " stands still, or somebody floods its subjects.";
      case FRAMES_DROPPED ->
          "Frames that were dropped while they waited for room in a ring: their sender exceeds its window, or has"
              + " ended. What was in them is asked for again.";
      case INCARNATION_CHANGES -> "Peers replaced by a newer process.";
      case PEERS_SILENT ->
          "Times that a peer was declared down because nothing was heard of it for 2.8 s.";
      case PEERS_DEAF ->
          "Times that a peer was heard and acknowledged nothing for 2.8 s: it does not get what is sent to it"
              + " (permissions of its NATS user?), or refuses this node. Its shards are answered 503 here.";
    };
  }

  private static String help(final CarrierCounter counter) {
    return switch (counter) {
      case FRAMES_PUBLISHED -> "Frames handed to the NATS client.";
      case BYTES_PUBLISHED -> "Bytes of the frames handed to the NATS client.";
      case FRAMES_RECEIVED -> "Frames that the NATS client delivered.";
      case BYTES_RECEIVED -> "Bytes of the frames that the NATS client delivered.";
      case PUBLISH_FAILURES ->
          "Frames that the NATS client did not take, as while it is disconnected.";
      case DISCONNECTS ->
          "Established connections to NATS that were lost; failed attempts to connect are not among them.";
      case RECONNECTS -> "Connections to NATS that took the place of a lost one.";
      case CONNECT_FAILURES ->
          "Attempts to connect to NATS that failed; they go on until one succeeds.";
      case REFUSALS -> "Times that a NATS server refused the credentials: look at them.";
      case PERMISSION_VIOLATIONS ->
          "Times that NATS did not let this process publish or subscribe: look at its permissions.";
      case ERRORS -> "Errors that a NATS server or the client reported; the log has them.";
    };
  }

  private static String lower(final Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
