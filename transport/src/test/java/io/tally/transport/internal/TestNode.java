package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.internal.InboundHandler;
import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.PeerMessage;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandEncoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import io.tally.engine.internal.codecs.ReplyEncoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;

/** A node that consists of its link alone, and remembers what reaches it. Stepped by the test. */
final class TestNode implements InboundHandler, LinkListener, AutoCloseable {
  static final List<String> IDS = List.of("node-0", "node-1", "node-2");

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final CommandEncoder commandEncoder = new CommandEncoder();
  private final ReplyEncoder replyEncoder = new ReplyEncoder();
  private final CommandDecoder command = new CommandDecoder();
  private final ReplyDecoder reply = new ReplyDecoder();
  private final CommandsDecoder commandsDecoder = new CommandsDecoder();

  /** What is left of the message that was begun, as correlation ids. */
  private final ArrayDeque<Long> incoming = new ArrayDeque<>();

  private boolean isOfCommands;
  private long offered;
  private final MessageClaim claim = new MessageClaim();

  final List<Long> commands = new ArrayList<>();
  final List<Long> replies = new ArrayList<>();
  final List<Long> busy = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  final Set<String> sources = new HashSet<>();
  int flushes;
  int batches;
  int wakeups;
  int drainingTold;
  boolean resolved = true;
  LongPredicate hasNoRoom = correlationId -> false;

  /** Where this node's monotonic clock started, beside the test's. */
  long clockOffsetNs;

  LongPredicate faults = correlationId -> false;
  boolean faultsAtBegin;
  ClusterLink link;

  private final ThreadLocal<NodeOutput> outputs = ThreadLocal.withInitial(() -> link.newOutput());

  static NodeSetup setup(final String id, final long incarnation) {
    return new NodeSetup(id, incarnation);
  }

  private final CachedNanoClock clock = new CachedNanoClock();

  static TestNode launch(final NodeSetup setup, final FrameCarrier carrier) {
    final TestNode node = new TestNode();
    try {
      node.link =
          ClusterLink.launch(
              setup.cluster(),
              setup.start(),
              setup.link(),
              new LinkContext(
                  carrier, node.clock, setup.wallClock(), () -> {}, () -> node.wakeups++, node));
      node.link.attach(node);
    } catch (final IOException e) {
      throw new AssertionError(e);
    }
    return node;
  }

  /** Of the calling thread. */
  NodeOutput output() {
    return outputs.get();
  }

  /** For the process that serves now. */
  int tryClaim(final int nodeIndex, final int length, final MessageClaim ownClaim) {
    return output().tryClaim(nodeIndex, servingIncarnation(nodeIndex), length, ownClaim);
  }

  private long servingIncarnation(final int nodeIndex) {
    return Math.max(link.incarnation(nodeIndex), link.drainingIncarnation(nodeIndex));
  }

  /** Of a message that is claimed for the purpose. */
  long deadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    assertEquals(NodeOutput.CLAIMED, tryClaim(nodeIndex, 64, claim));
    try {
      return output().deadlineNs(nodeIndex, startNs, timeoutNs);
    } finally {
      claim.abort();
    }
  }

  void receive(final long nowNs) {
    clock.update(nowNs + clockOffsetNs);
    link.receiver().doWork(clock.nanoTime());
  }

  void step(final long nowNs) {
    receive(nowNs);
    link.sender().doWork(clock.nanoTime());
  }

  int offerCommand(final int nodeIndex, final long correlationId, final int payloadLength) {
    return offerCommand(nodeIndex, correlationId, payloadLength, claim, commandEncoder);
  }

  int offerCommand(
      final int nodeIndex,
      final long correlationId,
      final int payloadLength,
      final MessageClaim ownClaim,
      final CommandEncoder encoder) {
    final int result =
        gatherCommand(output(), nodeIndex, correlationId, payloadLength, ownClaim, encoder);
    output().flush();
    return result;
  }

  /** Does not flush. */
  int gatherCommand(
      final NodeOutput output,
      final int nodeIndex,
      final long correlationId,
      final int payloadLength) {
    return gatherCommand(output, nodeIndex, correlationId, payloadLength, claim, commandEncoder);
  }

  private int gatherCommand(
      final NodeOutput output,
      final int nodeIndex,
      final long correlationId,
      final int payloadLength,
      final MessageClaim ownClaim,
      final CommandEncoder encoder) {
    final int length =
        MessageHeaderEncoder.ENCODED_LENGTH + CommandEncoder.BLOCK_LENGTH + 1 + 2 + payloadLength;
    final int result = output.tryClaim(nodeIndex, servingIncarnation(nodeIndex), length, ownClaim);
    if (result == NodeOutput.CLAIMED) {
      encoder
          .wrapAndApplyHeader(ownClaim.buffer(), ownClaim.offset(), new MessageHeaderEncoder())
          .shardIncarnation(1)
          .epoch(1)
          .originNodeKey(2)
          .originIncarnation(3)
          .correlationId(correlationId)
          .laneSequence(0)
          .laneSpan(0)
          .placementHash(0)
          .entityHash(7)
          .deadlineNs(1_000_000)
          .shardId(7)
          .originLoop((short) 0);
      encoder.flags().clear();
      encoder.putIdempotencyKey(new byte[0], 0, 0);
      encoder.putPayload(new byte[payloadLength], 0, payloadLength);
      assertEquals(length, encoder.encodedLength() + MessageHeaderEncoder.ENCODED_LENGTH);
      ownClaim.commit();
    }
    return result;
  }

  int offerReply(final int nodeIndex, final long correlationId) {
    final int length = MessageHeaderEncoder.ENCODED_LENGTH + ReplyEncoder.BLOCK_LENGTH + 2;
    final int result = tryClaim(nodeIndex, length, claim);
    if (result == NodeOutput.CLAIMED) {
      replyEncoder
          .wrapAndApplyHeader(claim.buffer(), claim.offset(), headerEncoder)
          .correlationId(correlationId)
          .originIncarnation(1)
          .shardIncarnation(1)
          .shardId(7)
          .originLoop((short) 0)
          .code(ReplyCode.ANSWERED);
      replyEncoder.flags().clear();
      replyEncoder.putPayload(new byte[0], 0, 0);
      claim.commit();
      output().flush();
    }
    return result;
  }

  long count(final LinkCounter counter) {
    return link.counters().get(counter);
  }

  @Override
  public int begin(final DirectBuffer buffer, final int offset, final int length) {
    incoming.clear();
    if (faultsAtBegin) {
      throw new IllegalStateException("as the test wants it");
    }
    final int templateId = header.wrap(buffer, offset).templateId();
    isOfCommands = PeerMessage.isOfCommands(templateId);
    switch (templateId) {
      case CommandDecoder.TEMPLATE_ID ->
          incoming.add(command.wrapAndApplyHeader(buffer, offset, header).correlationId());
      case ReplyDecoder.TEMPLATE_ID ->
          incoming.add(reply.wrapAndApplyHeader(buffer, offset, header).correlationId());
      case CommandsDecoder.TEMPLATE_ID -> decodeCommands(buffer, offset);
      default -> incoming.add(0L);
    }
    return incoming.size();
  }

  private void decodeCommands(final DirectBuffer buffer, final int offset) {
    commandsDecoder
        .wrapAndApplyHeader(buffer, offset, header)
        .entries()
        .forEach(
            entry -> {
              incoming.add(entry.correlationId());
              entry.skipIdempotencyKey();
              entry.skipPayload();
            });
  }

  @Override
  public void skip() {
    incoming.remove();
  }

  @Override
  public int onNext(final long nowNs, final long sourceKey, final long sourceIncarnation) {
    sources.add(sourceKey + "@" + sourceIncarnation);
    final long correlationId = incoming.remove();
    offered = correlationId;
    if (faults.test(correlationId)) {
      throw new IllegalStateException("as the test wants it");
    }
    if (hasNoRoom.test(correlationId)) {
      return InboundHandler.RETRY;
    }
    (isOfCommands ? commands : replies).add(correlationId);
    return InboundHandler.ACCEPTED;
  }

  @Override
  public void refuseBusy() {
    busy.add(offered);
  }

  @Override
  public void endBatch() {
    batches++;
  }

  @Override
  public void flush() {
    flushes++;
  }

  @Override
  public void onPeerDraining() {
    drainingTold++;
  }

  @Override
  public boolean isResolved(final int nodeIndex, final long incarnation) {
    return resolved;
  }

  @Override
  public void onPeerStatus(final String nodeId, final long incarnation, final PeerStatus status) {
    events.add(nodeId + " " + incarnation + " " + status);
  }

  @Override
  public void onPeerRefused(
      final String nodeId, final long incarnation, final FrameRefusal reason) {
    events.add(nodeId + " " + incarnation + " refused: " + reason.label());
  }

  @Override
  public void onAlreadyRunning(final long incarnation) {
    events.add("already running " + incarnation);
  }

  @Override
  public void onSuperseded(final long incarnation) {
    events.add("superseded " + incarnation);
  }

  @Override
  public void onOutdated(final long knownGeneration) {
    events.add("outdated " + knownGeneration);
  }

  @Override
  public void onKnownIncarnation(final long knownIncarnation) {
    events.add("known " + knownIncarnation);
  }

  @Override
  public void onFault(final RuntimeException fault) {
    events.add("fault " + fault.getMessage());
  }

  @Override
  public void close() {
    link.close();
  }
}
