package io.tally.transport.internal;

import io.tally.engine.internal.PeerMessage;
import io.tally.transport.internal.codecs.FrameHeaderEncoder;
import io.tally.transport.internal.codecs.HelloEncoder;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import io.tally.transport.internal.codecs.MessageHeaderEncoder;
import io.tally.transport.internal.codecs.ShardIncarnationsEncoder;
import io.tally.transport.internal.codecs.ShardIncarnationsEncoder.ShardsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Builds one frame after the other in the same memory. Owned by the sender. */
final class OutboundFrame {
  private final LocalNode local;
  private final byte[] memory;
  private final UnsafeBuffer buffer;
  private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
  private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
  private final FrameHeaderEncoder frameEncoder = new FrameHeaderEncoder();
  private final HelloEncoder helloEncoder = new HelloEncoder();
  private final ShardIncarnationsEncoder shardsEncoder = new ShardIncarnationsEncoder();
  private int limit;

  /** Where commands and replies begin. */
  private int ownLimit;

  private int helloCount;
  private int announcementCount;

  /** Messages of commands or replies. */
  private int carriedCount;

  private int commandCount;
  private int replyCount;

  OutboundFrame(final LocalNode local, final int maxFrameBytes) {
    this.local = local;
    memory = new byte[maxFrameBytes];
    buffer = new UnsafeBuffer(memory);
    begin();
  }

  void begin() {
    limit = FrameLayout.HEADER_BYTES;
    ownLimit = limit;
    helloCount = 0;
    announcementCount = 0;
    carriedCount = 0;
    commandCount = 0;
    replyCount = 0;
  }

  /** Takes commands and replies back; what this node says of itself stays. */
  void dropMessages() {
    limit = ownLimit;
    carriedCount = 0;
    commandCount = 0;
    replyCount = 0;
  }

  /** Begins with the finished frame, until the next one begins. */
  byte[] memory() {
    return memory;
  }

  boolean isEmpty() {
    return limit == FrameLayout.HEADER_BYTES;
  }

  int helloCount() {
    return helloCount;
  }

  int commandCount() {
    return commandCount;
  }

  int replyCount() {
    return replyCount;
  }

  boolean hasRoom(final int messageLength, final int maxFrameBytes) {
    return FrameLayout.messageOffset(limit) + messageLength <= maxFrameBytes
        && messageCount() < FrameLayout.MAX_MESSAGES;
  }

  private int messageCount() {
    return helloCount + announcementCount + carriedCount;
  }

  void append(final DirectBuffer source, final int offset, final int length) {
    count(source, offset);
    FrameLayout.messageLength(buffer, limit, length);
    final int start = FrameLayout.messageOffset(limit);
    buffer.putBytes(start, source, offset, length);
    limit = start + length;
  }

  /** Appends messages that stand as they do in a frame; returns how many of their bytes. */
  int appendGathered(
      final DirectBuffer source, final int offset, final int length, final int maxFrameBytes) {
    final int room =
        messageCount() <= FrameLayout.MAX_MESSAGES - length / FrameLayout.LENGTH_BYTES
            ? maxFrameBytes - limit
            : 0;
    int position = 0;
    int next = 0;
    while (next < length) {
      final int start = FrameLayout.messageOffset(offset + next);
      next = FrameLayout.next(source, offset + next) - offset;
      if (next > room) {
        break;
      }
      count(source, start);
      position = next;
    }
    buffer.putBytes(limit, source, offset, position);
    limit += position;
    return position;
  }

  private void count(final DirectBuffer source, final int offset) {
    carriedCount++;
    if (PeerMessage.isOfCommands(headerDecoder.wrap(source, offset).templateId())) {
      commandCount += PeerMessage.count(source, offset);
    } else {
      replyCount += PeerMessage.count(source, offset);
    }
  }

  void appendHello(
      final long knownIncarnation,
      final long knownWallClockMs,
      final long knownShardIncarnation,
      final long knownGeneration,
      final long knownAnnouncement,
      final boolean isAnswer,
      final boolean isResolved) {
    final int start = FrameLayout.messageOffset(limit);
    helloEncoder
        .wrapAndApplyHeader(buffer, start, headerEncoder)
        .nodeKey(local.key)
        .incarnation(local.incarnation)
        .fingerprint(local.fingerprint)
        .knownIncarnation(knownIncarnation)
        .knownWallClockMs(knownWallClockMs)
        .knownShardIncarnation(knownShardIncarnation)
        .knownAnnouncement(knownAnnouncement)
        .wallClockMs(local.latestWallClockMs())
        .requestTimeoutNs(local.requestTimeoutNs)
        .lowestProtocol(local.protocol.lowest())
        .highestProtocol(local.protocol.highest())
        .state(local.state())
        .answer((short) (isAnswer ? 1 : 0))
        .resolved((short) (isResolved ? 1 : 0))
        .generation(local.generation())
        .knownGeneration(knownGeneration);
    final ServiceVersions services = local.services;
    final HelloEncoder.ServicesEncoder entries = helloEncoder.servicesCount(services.count());
    for (int i = 0; i < services.count(); i++) {
      entries.next().schemaId(services.schemaId(i)).version(services.version(i));
    }
    helloEncoder.putNodeId(local.idBytes, 0, local.idBytes.length);
    final int length = helloEncoder.limit() - start;
    FrameLayout.messageLength(buffer, limit, length);
    limit = start + length;
    ownLimit = limit;
    helloCount++;
  }

  /** Appends as many shards as there is room for; returns the index of the first that is left. */
  int appendShards(
      final ShardAnnouncement announcement, final int firstIndex, final int frameLimitBytes) {
    final int start = FrameLayout.messageOffset(limit);
    final int room = (frameLimitBytes - start - FrameLayout.EMPTY_ANNOUNCEMENT_BYTES);
    final int count =
        Math.min(room / ShardsEncoder.sbeBlockLength(), announcement.shardCount() - firstIndex);
    if (count <= 0) {
      return firstIndex;
    }
    shardsEncoder.wrapAndApplyHeader(buffer, start, headerEncoder).number(announcement.number());
    final ShardsEncoder entries = shardsEncoder.shardsCount(count);
    for (int i = firstIndex; i < firstIndex + count; i++) {
      entries.next().incarnation(announcement.incarnation(i)).shardId(announcement.shardId(i));
    }
    final int length = shardsEncoder.limit() - start;
    FrameLayout.messageLength(buffer, limit, length);
    limit = start + length;
    ownLimit = limit;
    announcementCount++;
    return firstIndex + count;
  }

  /**
   * Reads the clock that the frame carries as late as possible: the time between the reading and
   * the arrival of the frame is taken from every deadline that its receiver computes. Returns the
   * length of the frame.
   */
  int finish(final long frameNumber, final long ackedFrame) {
    frameEncoder
        .wrapAndApplyHeader(buffer, 0, headerEncoder)
        .sourceKey(local.key)
        .sourceIncarnation(local.incarnation)
        .frameNumber(frameNumber)
        .ackedFrame(ackedFrame)
        .clockNs(local.clock.nanoTime())
        .messageCount(messageCount());
    return limit;
  }
}
