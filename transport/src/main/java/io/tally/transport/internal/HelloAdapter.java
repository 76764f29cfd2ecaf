package io.tally.transport.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.engine.ClusterSettings;
import io.tally.engine.StableHash;
import io.tally.transport.internal.codecs.GroupSizeDecoder;
import io.tally.transport.internal.codecs.HelloDecoder;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import io.tally.transport.internal.codecs.NodeState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Decodes the hellos of a sound frame, and passes on those that name the same sender as the frame.
 */
final class HelloAdapter {
  private static final int BLOCK_LENGTH_OF_VERSION_1 = HelloDecoder.generationEncodingOffset();
  private static final int VERSION_2 = HelloDecoder.generationSinceVersion();

  /** No node starts or saves so often. A mistaken process must not use the numbers up. */
  private static final long MAX_GENERATION = 1L << 48;

  private final Membership membership;
  private final LinkCounters counters;
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final HelloDecoder decoder = new HelloDecoder();
  private final Hello hello = new Hello();

  HelloAdapter(final Membership membership, final LinkCounters counters) {
    this.membership = membership;
    this.counters = counters;
  }

  /** Takes a frame that had arrived at arrivalNs of this process's monotonic clock. */
  void onFrame(
      final long nowNs, final long arrivalNs, final InboundFrame frame, final int frameLength) {
    final DirectBuffer buffer = frame.buffer();
    int position = frame.firstPosition();
    while (position < frameLength) {
      final int length = FrameLayout.messageLength(buffer, position);
      final int offset = FrameLayout.messageOffset(position);
      if (header.wrap(buffer, offset).templateId() == HelloDecoder.TEMPLATE_ID
          && !onHello(nowNs, arrivalNs, frame, buffer, offset, length)) {
        counters.refuse(FrameRefusal.HELLO);
      }
      position = offset + length;
    }
  }

  private boolean onHello(
      final long nowNs,
      final long arrivalNs,
      final InboundFrame frame,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final int blockLength = header.blockLength();
    final int idHeaderOffset =
        idHeaderOffset(buffer, offset, header.version(), blockLength, length);
    if (idHeaderOffset < 0) {
      return false;
    }
    decoder.wrapAndApplyHeader(buffer, offset, header);
    final ServiceVersions services = services(decoder.services());
    if (services == null) {
      return false;
    }
    final int idLength = decoder.nodeIdLength();
    if (idLength > ClusterSettings.MAX_NODE_ID_LENGTH
        || idHeaderOffset + HelloDecoder.nodeIdHeaderLength() + idLength > length) {
      return false;
    }
    final ProtocolRange protocol =
        new ProtocolRange(decoder.lowestProtocol(), decoder.highestProtocol());
    final long key = decoder.nodeKey();
    final long incarnation = decoder.incarnation();
    final NodeState state = state(decoder.stateRaw());
    if (state == null
        || protocol.lowest() < ProtocolRange.FIRST
        || protocol.lowest() > protocol.highest()
        || incarnation <= 0
        || decoder.requestTimeoutNs() <= 0
        || key != frame.sourceKey()
        || incarnation != frame.sourceIncarnation()) {
      return false;
    }
    final byte[] id = new byte[idLength];
    decoder.getNodeId(id, 0, idLength);
    final String nodeId = new String(id, StandardCharsets.ISO_8859_1);
    if (!ClusterSettings.isNodeId(nodeId) || StableHash.hash(nodeId) != key) {
      return false;
    }
    hello.nodeId = nodeId;
    hello.key = key;
    hello.incarnation = incarnation;
    hello.state = state;
    hello.fingerprint = decoder.fingerprint();
    hello.protocol = protocol;
    hello.services = services;
    hello.knownIncarnation = decoder.knownIncarnation();
    hello.requestTimeoutNs = decoder.requestTimeoutNs();
    hello.wallClockMs = decoder.wallClockMs();
    hello.knownWallClockMs = decoder.knownWallClockMs();
    hello.knownShardIncarnation = decoder.knownShardIncarnation();
    hello.generation = generation(decoder.generation());
    hello.knownGeneration = generation(decoder.knownGeneration());
    hello.knownAnnouncement = decoder.knownAnnouncement();
    hello.isNumbered = frame.frameNumber() > 0;
    hello.clockNs = frame.clockNs();
    hello.arrivalNs = arrivalNs;
    hello.wantsAnswer = decoder.answer() == 0;
    hello.isResolved = decoder.resolved() != 0;
    membership.onHello(nowNs, hello);
    return true;
  }

  /** A process of version 1 names none, which reads as a negative number. */
  private static long generation(final long named) {
    return named < 0 || named > MAX_GENERATION ? 0 : named;
  }

  /** Where the node id's length stands in the message; -1 if that lies beyond its end. */
  private static int idHeaderOffset(
      final DirectBuffer buffer,
      final int offset,
      final int version,
      final int blockLength,
      final int length) {
    final int minBlockLength =
        version < VERSION_2 ? BLOCK_LENGTH_OF_VERSION_1 : HelloDecoder.BLOCK_LENGTH;
    final int groupOffset = MessageHeaderDecoder.ENCODED_LENGTH + blockLength;
    final int entriesOffset = groupOffset + HelloDecoder.ServicesDecoder.sbeHeaderSize();
    if (blockLength < minBlockLength || entriesOffset > length) {
      return -1;
    }
    final int entryLength = buffer.getShort(offset + groupOffset, LITTLE_ENDIAN) & 0xFFFF;
    final int count =
        buffer.getByte(offset + groupOffset + GroupSizeDecoder.numInGroupEncodingOffset()) & 0xFF;
    final int end = entriesOffset + count * entryLength;
    return count > NodeStart.MAX_SERVICES
            || entryLength < HelloDecoder.ServicesDecoder.sbeBlockLength()
            || end + HelloDecoder.nodeIdHeaderLength() > length
        ? -1
        : end;
  }

  /** The services; null if their schema ids do not ascend, or one is impossible. */
  private static ServiceVersions services(final HelloDecoder.ServicesDecoder entries) {
    final List<ServiceVersion> services = new ArrayList<>(entries.count());
    int lastId = -1;
    for (final HelloDecoder.ServicesDecoder entry : entries) {
      final int schemaId = entry.schemaId();
      final int version = entry.version();
      if (schemaId <= lastId
          || schemaId > ServiceVersion.MAX_VALUE
          || version > ServiceVersion.MAX_VALUE) {
        return null;
      }
      lastId = schemaId;
      services.add(new ServiceVersion(schemaId, version));
    }
    return new ServiceVersions(services);
  }

  private static NodeState state(final short raw) {
    return switch (raw) {
      case 0 -> NodeState.STARTING;
      case 1 -> NodeState.READY;
      case 2 -> NodeState.LEAVING;
      case 3 -> NodeState.DRAINING;
      default -> null;
    };
  }
}
