package io.tally.engine.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.IdHash;
import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A shard whose commands, timers and sweeps come from a test; keeps the replies to node 1. */
final class SteppedShard {
  static final List<String> NODES = List.of("node-0", "node-1");
  static final long INCARNATION = 3;
  static final long ORIGIN_INCARNATION = 5;

  final List<String> replies = new ArrayList<>();
  final Shard shard;
  final EngineStats stats;
  final long startEpochNs;
  final TimerAlarm alarm;

  /** What the shard's clock shows. */
  long clockNs;

  private final SimulatedLink link = new SimulatedLink(NODES.size(), 1 << 16);
  private final ReplyPublisher publisher;

  /** Its clock shows 0 at the start. */
  SteppedShard(final ContextBuilder builder) {
    final EngineContext context =
        builder
            .cluster(new ClusterSettings(NODES, 1, "", StockNode.LANE_WINDOW))
            .build(() -> clockNs, EngineThreads.ofLoops(() -> {}));
    final EngineSources sources = context.sources();
    link.peerUp(1, ORIGIN_INCARNATION);
    startEpochNs = sources.timeBaseNs();
    final ShardParts parts =
        new ShardParts(
            context, new WatchLimit(context.settings().watches()), new IdHash(sources.random()));
    alarm = parts.alarm;
    stats = parts.stats;
    final RoutingTable routes = context.link().directory().table();
    publisher =
        new ReplyPublisher(
            routes,
            0,
            INCARNATION,
            0,
            new IngressAgent[0],
            new RemoteReplies(link, NODES.size(), context.services().lengths()),
            stats);
    shard = new Shard(0, context.node().incarnation(), sources.timeBaseNs(), null, parts);
  }

  static Command command(
      final long sequence, final long entityHash, final byte[] key, final byte[] payload) {
    return command(
        ORIGIN_INCARNATION, 0, sequence, Math.max(0, sequence - 1), entityHash, key, payload);
  }

  static Command command(
      final long originIncarnation,
      final int loop,
      final long sequence,
      final long floor,
      final long entityHash,
      final byte[] key,
      final byte[] payload) {
    final RoutingTable routes =
        Placement.place(new ClusterSettings(NODES, 1, "", StockNode.LANE_WINDOW));
    final Messages.Address address =
        new Messages.Address(
            INCARNATION,
            routes.epoch(0),
            routes.nodeKey(1),
            originIncarnation,
            loop,
            sequence,
            sequence,
            floor);
    final Command command =
        Messages.decode(
            Messages.command(address, entityHash, entityHash, Long.MAX_VALUE, 0, key, payload));
    command.deadlineNs = Long.MAX_VALUE;
    return command;
  }

  /** A registration of node 1, which holds no value. */
  static Command watch(
      final long watchId,
      final long originIncarnation,
      final long entityHash,
      final byte[] payload) {
    final RoutingTable routes =
        Placement.place(new ClusterSettings(NODES, 1, "", StockNode.LANE_WINDOW));
    final Messages.Address address =
        new Messages.Address(
            INCARNATION,
            routes.epoch(0),
            routes.nodeKey(1),
            originIncarnation,
            0,
            watchId,
            WatchLayout.NOTHING_HELD,
            WatchLayout.NOTHING_HELD);
    final Command command =
        Messages.decode(
            Messages.watch(address, entityHash, entityHash, Long.MAX_VALUE, 0, payload));
    command.deadlineNs = Long.MAX_VALUE;
    return command;
  }

  /** Has watchers told as at the end of a poll; returns false if more is to be told. */
  boolean tellWatchers(final int maxCount) {
    final boolean all = shard.tellWatchers(maxCount, publisher);
    link.drained().forEach(reply -> replies.add(HexFormat.of().formatHex(reply)));
    return all;
  }

  /** The process that replies go to. */
  void originIs(final long incarnation) {
    link.peerUp(1, incarnation);
  }

  void apply(final long nowNs, final Command command) {
    shard.onCommand(nowNs, command, publisher);
    link.drained().forEach(reply -> replies.add(HexFormat.of().formatHex(reply)));
  }

  /** Code of the last reply. */
  ReplyCode lastCode() {
    final UnsafeBuffer reply = WireBytes.of(replies.get(replies.size() - 1));
    final ReplyAdapter adapter = new ReplyAdapter();
    if (!adapter.wrap(reply, 0, reply.capacity())) {
      throw new AssertionError("no reply");
    }
    final ReplyCode[] code = new ReplyCode[1];
    adapter.dispatch(
        reply,
        (correlationId, of, serviceCode, incarnation, replayed, payload, offset, length) ->
            code[0] = of);
    return code[0];
  }
}
