package io.tally.engine.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A node's end of a link whose network is played by the test: what the node sends is kept until it
 * is drained, and the test says which peers are up.
 */
final class SimulatedLink implements NodeLink, NodeOutput, MessageClaim.Gathered {
  /** Receives what a node sent. */
  interface Outbound {
    void onMessage(int toNode, byte[] message);
  }

  /** Up to here a message can be extended. */
  static final int MAX_GATHERED = 1 << 12;

  private final ManyToOneRingBuffer ring;
  private final MessageHandler onMessage = this::onMessage;
  private final long[] incarnations;
  private PeerClocks clocks = (nodeIndex, ownNs, timeoutNs) -> ownNs + timeoutNs;
  private final boolean[] draining;
  private final int[] serviceVersions;
  private final int[] protocolVersions;
  private final UnsafeBuffer last = new UnsafeBuffer(new byte[MAX_GATHERED]);
  private int lastNode;
  private long lastIncarnation;
  private int lastLength;
  private ShardDirectory directory;
  private Outbound target;
  private int flushCount;
  private int resolvedCount;
  private int shardsChangedCount;

  /** Knows the clocks of the peers; all nodes share one unless a test says otherwise. */
  interface PeerClocks {
    long deadlineNs(int nodeIndex, long startNs, long timeoutNs);
  }

  SimulatedLink(final int nodeCount, final int capacity) {
    ring =
        new ManyToOneRingBuffer(
            new UnsafeBuffer(
                ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    incarnations = new long[nodeCount];
    draining = new boolean[nodeCount];
    serviceVersions = new int[nodeCount];
    protocolVersions = new int[nodeCount];
    Arrays.fill(protocolVersions, CommandLayout.ITEM_PROTOCOL);
  }

  /** Of every service that the peer hosts; 0 unless a test says otherwise. */
  void peerVersion(final int nodeIndex, final int version) {
    serviceVersions[nodeIndex] = version;
  }

  /** In which the two talk; one that knows all messages unless a test says otherwise. */
  void peerProtocol(final int nodeIndex, final int version) {
    protocolVersions[nodeIndex] = version;
  }

  /** Where it tells what peers say of their shards; before it is set, it tells nothing. */
  void directory(final ShardDirectory value) {
    directory = value;
  }

  @Override
  public ShardDirectory directory() {
    return directory;
  }

  /** A peer whose shards all have the incarnation of their node. */
  void peerUp(final int nodeIndex, final long incarnation) {
    peerUpWithUnknownShards(nodeIndex, incarnation);
    if (directory != null) {
      final int[] shards = directory.table().shardsOf(nodeIndex);
      final long[] lives = new long[shards.length];
      Arrays.fill(lives, incarnation);
      directory.learn(shards, lives);
    }
  }

  void peerUpWithUnknownShards(final int nodeIndex, final long incarnation) {
    if (incarnations[nodeIndex] != incarnation && directory != null) {
      directory.forget(nodeIndex);
    }
    incarnations[nodeIndex] = incarnation;
    draining[nodeIndex] = false;
  }

  /** A peer that is up tells of a life of its shard. */
  boolean shard(final int shardId, final long incarnation) {
    return directory.learn(new int[] {shardId}, new long[] {incarnation});
  }

  void peerDraining(final int nodeIndex) {
    draining[nodeIndex] = true;
  }

  void peerDown(final int nodeIndex) {
    incarnations[nodeIndex] = 0;
    draining[nodeIndex] = false;
  }

  void clocks(final PeerClocks peerClocks) {
    clocks = peerClocks;
  }

  int flushCount() {
    return flushCount;
  }

  /** How often the engine said that it may have resolved what a draining peer waits for. */
  int resolvedCount() {
    return resolvedCount;
  }

  @Override
  public NodeOutput newOutput() {
    return this;
  }

  @Override
  public int tryClaim(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    if (incarnation == 0 || incarnations[nodeIndex] != incarnation) {
      return DOWN;
    }
    handOverLast();
    if (protocolVersions[nodeIndex] >= CommandsLayout.PROTOCOL) {
      lastNode = nodeIndex;
      lastIncarnation = incarnation;
      lastLength = length;
      claim.wrap(this, last, 0, length);
      return CLAIMED;
    }
    final int index = ring.tryClaim(nodeIndex + 1, length);
    if (index < 0) {
      return BACK_PRESSURED;
    }
    claim.wrap(ring, index, 0, length);
    return CLAIMED;
  }

  /** The last message, if its peer understands several in one. */
  @Override
  public boolean tryExtend(
      final int nodeIndex, final long incarnation, final int length, final MessageClaim claim) {
    if (lastLength == 0
        || lastNode != nodeIndex
        || lastIncarnation != incarnation
        || incarnations[nodeIndex] != incarnation
        || lastLength + length > MAX_GATHERED) {
      return false;
    }
    claim.wrap(this, last, lastLength, length);
    lastLength += length;
    return true;
  }

  @Override
  public void takeBack(final int offset) {
    lastLength = offset;
  }

  private void handOverLast() {
    if (lastLength > 0 && !ring.write(lastNode + 1, last, 0, lastLength)) {
      throw new AssertionError("the ring is full");
    }
    lastLength = 0;
  }

  @Override
  public boolean hasSpareRoom(final int nodeIndex) {
    return ring.size() < ring.capacity() / 4;
  }

  @Override
  public void flush() {
    handOverLast();
    flushCount++;
  }

  @Override
  public long incarnation(final int nodeIndex) {
    return draining[nodeIndex] ? 0 : incarnations[nodeIndex];
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    return draining[nodeIndex] ? incarnations[nodeIndex] : 0;
  }

  @Override
  public boolean isAnyDraining() {
    for (final boolean any : draining) {
      if (any) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void onResolved() {
    resolvedCount++;
  }

  /** How often the engine said that its shards have other incarnations. */
  int shardsChangedCount() {
    return shardsChangedCount;
  }

  @Override
  public void onShardsChanged() {
    shardsChangedCount++;
  }

  /** Leaves no room for a message of a command's length. */
  void fill() {
    fill(1, 100);
  }

  /** Leaves no room for a message of this length. */
  void fill(final int nodeIndex, final int length) {
    final MessageClaim claim = new MessageClaim();
    while (tryClaim(nodeIndex, incarnations[nodeIndex], length, claim) == CLAIMED) {
      claim.commit();
    }
  }

  /** Leaves room for a message of this length, but none to spare. */
  void fillSpare(final int nodeIndex, final int length) {
    final MessageClaim claim = new MessageClaim();
    while (hasSpareRoom(nodeIndex)
        && tryClaim(nodeIndex, incarnations[nodeIndex], length, claim) == CLAIMED) {
      claim.commit();
    }
  }

  List<byte[]> drained() {
    final List<byte[]> messages = new ArrayList<>();
    drain((to, message) -> messages.add(message));
    return messages;
  }

  @Override
  public int serviceVersion(final int nodeIndex, final int schemaId) {
    return serviceVersions[nodeIndex];
  }

  @Override
  public int protocolVersion(final int nodeIndex, final long incarnation) {
    return incarnations[nodeIndex] == incarnation ? protocolVersions[nodeIndex] : 0;
  }

  @Override
  public long deadlineNs(final int nodeIndex, final long startNs, final long timeoutNs) {
    return clocks.deadlineNs(nodeIndex, startNs, timeoutNs);
  }

  void drain(final Outbound outbound) {
    handOverLast();
    target = outbound;
    for (int empty = 0; empty < 2; ) {
      empty = ring.read(onMessage) == 0 ? empty + 1 : 0;
    }
  }

  private void onMessage(
      final int typeId, final MutableDirectBuffer buffer, final int index, final int length) {
    final byte[] message = new byte[length];
    buffer.getBytes(index, message);
    target.onMessage(typeId - 1, message);
  }
}
