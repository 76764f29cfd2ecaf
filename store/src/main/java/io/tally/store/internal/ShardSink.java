package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.SnapshotSink;
import io.tally.engine.internal.SnapshotCompletion;
import io.tally.engine.internal.snapshot.codecs.LaneDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadDecoder;
import java.nio.ByteBuffer;
import java.util.Queue;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Takes the records of one shard after the other into a few blocks, which travel full to the thread
 * that writes them and empty back. The thread that steps the shard never waits: with half of the
 * blocks on their way there is no room for a slice, and with all of them the snapshot is lost.
 */
final class ShardSink implements SnapshotSink, SnapshotCompletion {
  static final int BLOCK_COUNT = 16;

  /** Blocks for records that are shown at once, room or not. */
  private static final int RESERVE_COUNT = BLOCK_COUNT / 2;

  private final OneToOneConcurrentArrayQueue<Block> empty =
      new OneToOneConcurrentArrayQueue<>(BLOCK_COUNT);
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ShardHeadDecoder head = new ShardHeadDecoder();
  private final LaneDecoder lane = new LaneDecoder();
  private final Block[] blocks = new Block[BLOCK_COUNT];

  /** Set by the thread that writes, before a shard begins. */
  private int shardId;

  private Queue<Block> filled;

  /** Set by the thread that steps the shard; seen by the other one with the last block. */
  private Block current;

  private int claimedOffset;
  private int claimedLength;
  private boolean full;
  private long incarnation;
  private long highestIncarnation;

  private volatile boolean closed;
  private volatile String fault;
  private volatile boolean ended = true;

  /** Takes the memory of the blocks. */
  ShardSink() {
    final ByteBuffer memory = ByteBuffer.allocateDirect(BLOCK_COUNT * Block.CAPACITY);
    for (int i = 0; i < BLOCK_COUNT; i++) {
      blocks[i] = new Block(this, memory.slice(i * Block.CAPACITY, Block.CAPACITY));
    }
  }

  /**
   * Prepares for another shard. To be called only when the one before has {@link #isEnded}.
   *
   * @param filledBlocks takes the blocks, and has room for all of them.
   */
  void begin(final int newShardId, final Queue<Block> filledBlocks) {
    shardId = newShardId;
    filled = filledBlocks;
    current = null;
    full = false;
    incarnation = 0;
    highestIncarnation = 0;
    closed = false;
    fault = null;
    ended = false;
    empty.clear();
    for (final Block block : blocks) {
      recycle(block);
    }
  }

  /** No snapshot was begun. */
  void release() {
    ended = true;
  }

  int shardId() {
    return shardId;
  }

  @Override
  public boolean hasRoom() {
    return closed || empty.size() >= RESERVE_COUNT;
  }

  @Override
  public int tryClaim(final int length) {
    if (full || closed || length > Block.MAX_PAYLOAD - Block.PREFIX) {
      full = true;
      return FULL;
    }
    if (current == null || !current.hasRoom(length)) {
      if (current != null) {
        filled.add(current);
      }
      current = empty.poll();
      if (current == null) {
        full = true;
        return FULL;
      }
    }
    claimedOffset = current.nextOffset();
    claimedLength = length;
    return claimedOffset;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return current.buffer;
  }

  @Override
  public void commit() {
    current.append(claimedLength);
    final long word = MessageHeaderWord.get(current.buffer, claimedOffset);
    if (MessageHeaderWord.schemaId(word) == ShardHeadDecoder.SCHEMA_ID) {
      noteIncarnation(MessageHeaderWord.templateId(word));
    }
  }

  private void noteIncarnation(final int templateId) {
    if (templateId == ShardHeadDecoder.TEMPLATE_ID) {
      incarnation =
          head.wrapAndApplyHeader(current.buffer, claimedOffset, header).shardIncarnation();
      highestIncarnation = Math.max(highestIncarnation, incarnation);
    } else if (templateId == LaneDecoder.TEMPLATE_ID) {
      highestIncarnation =
          Math.max(
              highestIncarnation,
              lane.wrapAndApplyHeader(current.buffer, claimedOffset, header).originIncarnation());
    }
  }

  @Override
  public void onEnd(final int ofShard, final boolean isWhole) {
    if (isWhole && !full && current != null) {
      current.markLast();
      filled.add(current);
    } else {
      fault = full && !closed ? "the disk was too slow, or a record too long" : "it was given up";
    }
    ended = true;
  }

  /** Whether the thread that steps the shard is done with this sink. */
  boolean isEnded() {
    return ended;
  }

  /** Gives the snapshot up. Any thread; its owner finds out at its next claim. */
  void close() {
    closed = true;
  }

  /** Why the snapshot is lost; null as long as it is not. */
  String fault() {
    return fault;
  }

  /** The shard's incarnation, known when its first block has come. */
  long incarnation() {
    return incarnation;
  }

  /**
   * The highest of the shard and of the origins of its lanes, known when its last block has come.
   */
  long highestIncarnation() {
    return highestIncarnation;
  }

  /** Gives a block back that was written. */
  void recycle(final Block block) {
    block.clear();
    empty.offer(block);
  }
}
