package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/** Keeps a blob for each entity: a service with messages and answers of every length. */
final class BlobService implements ShardService {
  static final int SCHEMA_ID = 4712;

  /** Stores a blob and answers with the length of the one before, which is short. */
  static final int PUT = 1;

  /** Stores a blob and answers with the one before. */
  static final int SWAP = 2;

  /** Answers with the blob. */
  static final int GET = 3;

  /** Answers with the blob if it is not too long to go between nodes. */
  static final int GET_MEDIUM = 4;

  /** As {@link #SWAP}, for blobs that are not too long to go between nodes. */
  static final int SWAP_MEDIUM = 5;

  static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;
  static final int MAX_BLOB = 65_000;
  static final int MAX_MEDIUM_BLOB = 32_000;

  private static final byte[] NOTHING = {};

  private final Long2ObjectHashMap<byte[]> blobs = new Long2ObjectHashMap<>();
  private volatile long entityCount;

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    final byte[] before = blobs.getOrDefault(entityHash, NOTHING);
    if (templateId == PUT || templateId == SWAP || templateId == SWAP_MEDIUM) {
      final byte[] blob = new byte[length - HEADER_LENGTH];
      buffer.getBytes(offset + HEADER_LENGTH, blob);
      blobs.put(entityHash, blob);
      entityCount = blobs.size();
    }
    if (templateId == PUT) {
      reply.buffer().putInt(reply.offset(), before.length);
      reply.length(Integer.BYTES);
    } else {
      reply.buffer().putBytes(reply.offset(), before);
      reply.length(before.length);
    }
  }

  @Override
  public long entityCount() {
    return entityCount;
  }

  static final class Definition implements ServiceDefinition {
    @Override
    public String name() {
      return "blob";
    }

    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(PUT, "Put", true, 0, Integer.BYTES),
          new MessageType(SWAP, "Swap", true, 0, MAX_BLOB),
          new MessageType(GET, "Get", false, 0, MAX_BLOB),
          new MessageType(GET_MEDIUM, "GetMedium", false, 0, MAX_MEDIUM_BLOB),
          new MessageType(SWAP_MEDIUM, "SwapMedium", true, 0, MAX_MEDIUM_BLOB));
    }

    @Override
    public int maxCommandLength() {
      return HEADER_LENGTH + MAX_BLOB;
    }

    @Override
    public ShardService create(final int shardId) {
      return new BlobService();
    }
  }
}
