package io.tally.testkit;

import io.tally.engine.StableHash;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.transport.internal.codecs.FrameHeaderDecoder;
import io.tally.transport.internal.codecs.HelloDecoder;
import io.tally.transport.internal.codecs.ShardIncarnationsDecoder;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes of a frame what a mistaken peer would have sent: sound in its structure, wrong in a fact.
 */
final class FrameForger {
  private static final long DAY = 86_400_000L << 20;

  /** Wall clocks are up to ten days apart, and an incarnation may be a day ahead of the latest. */
  private static final long BEYOND_ALL_CLOCKS = 12 * DAY;

  private final World world;
  private final Traces traces;

  FrameForger(final World world, final Traces traces) {
    this.world = world;
    this.traces = traces;
  }

  /** A frame with a mistake in it; null if it holds nothing to be mistaken about. */
  Frame forge(final Frame frame) {
    final byte[] bytes = frame.bytes().clone();
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    final boolean acknowledges = world.chance(0.25);
    if (acknowledges) {
      forgeAcknowledgement(buffer);
    }
    final boolean forged =
        FrameWalk.over(
                buffer,
                (templateId, block) -> {
                  switch (templateId) {
                    case HelloDecoder.TEMPLATE_ID -> forgeHello(buffer, block);
                    case CommandDecoder.TEMPLATE_ID ->
                        forgeOrigin(
                            buffer,
                            block + CommandDecoder.originNodeKeyEncodingOffset(),
                            block + CommandDecoder.originIncarnationEncodingOffset());
                    case CommandsDecoder.TEMPLATE_ID ->
                        forgeOrigin(
                            buffer,
                            block + CommandsDecoder.originNodeKeyEncodingOffset(),
                            block + CommandsDecoder.originIncarnationEncodingOffset());
                    case ShardIncarnationsDecoder.TEMPLATE_ID -> forgeShards(buffer, block);
                    default -> {
                      return false;
                    }
                  }
                  return true;
                })
            || acknowledges;
    if (forged) {
      traces.add(Trace.FRAMES_FORGED);
    }
    return forged ? new Frame(frame.subject(), bytes) : null;
  }

  private void forgeAcknowledgement(final UnsafeBuffer buffer) {
    final int offset = FrameWalk.HEADER_BYTES + FrameHeaderDecoder.ackedFrameEncodingOffset();
    final long acked = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    put(buffer, offset, acked + world.between(1, 1_000_000));
  }

  private void forgeHello(final UnsafeBuffer buffer, final int block) {
    final int incarnationOffset = block + HelloDecoder.incarnationEncodingOffset();
    final long incarnation = wild(buffer, incarnationOffset);
    if (world.chance(0.3)) {
      put(buffer, block + HelloDecoder.knownIncarnationEncodingOffset(), incarnation);
    } else if (world.chance(0.5)) {
      put(buffer, block + HelloDecoder.knownShardIncarnationEncodingOffset(), incarnation);
    } else {
      put(buffer, incarnationOffset, incarnation);
      put(
          buffer,
          FrameWalk.HEADER_BYTES + FrameHeaderDecoder.sourceIncarnationEncodingOffset(),
          incarnation);
    }
  }

  /** The first shard of the part has an incarnation that no clock excuses. */
  private void forgeShards(final UnsafeBuffer buffer, final int block) {
    final int offset =
        block
            + ShardIncarnationsDecoder.BLOCK_LENGTH
            + ShardIncarnationsDecoder.ShardsDecoder.sbeHeaderSize()
            + ShardIncarnationsDecoder.ShardsDecoder.incarnationEncodingOffset();
    put(buffer, offset, wild(buffer, offset));
  }

  private long wild(final UnsafeBuffer buffer, final int offset) {
    final long own = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    return world.chance(0.5)
        ? Long.MAX_VALUE
        : own + BEYOND_ALL_CLOCKS + world.between(0, 1_000 * DAY);
  }

  private void forgeOrigin(
      final UnsafeBuffer buffer, final int nodeKeyOffset, final int incarnationOffset) {
    if (world.chance(0.5)) {
      put(buffer, incarnationOffset, Long.MAX_VALUE - world.nextInt(2));
    } else {
      put(buffer, nodeKeyOffset, StableHash.hash("node-" + world.nextInt(3)));
    }
  }

  private static void put(final UnsafeBuffer buffer, final int offset, final long value) {
    buffer.putLong(offset, value, ByteOrder.LITTLE_ENDIAN);
  }
}
