package io.tally.testkit;

import io.tally.engine.CopiedState;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * The second service of a simulated node: accounts, to which amounts are added with memos that may
 * be long. In its later version nothing has changed but the number.
 *
 * @param maxMemoLength bytes of the longest memo.
 * @param version of its messages that the node knows.
 */
record Ledger(int maxMemoLength, int version) implements ServiceDefinition {
  @Override
  public String name() {
    return "ledger";
  }

  @Override
  public int schemaId() {
    return LedgerMessage.SCHEMA_ID;
  }

  @Override
  public List<MessageType> messages() {
    return List.of(
        new MessageType(LedgerMessage.ENTER, "Enter", true, Long.BYTES, LedgerMessage.LENGTH),
        new MessageType(
            LedgerMessage.ENTER_AND_ECHO,
            "EnterAndEcho",
            true,
            Long.BYTES,
            LedgerMessage.LENGTH + maxMemoLength),
        new MessageType(LedgerMessage.READ, "Read", false, Long.BYTES, LedgerMessage.LENGTH));
  }

  @Override
  public int maxCommandLength() {
    return LedgerMessage.LENGTH + maxMemoLength;
  }

  @Override
  public ShardService create(final int shardId) {
    return new Accounts();
  }

  /** The accounts of one shard. */
  static final class Accounts implements ShardService {
    private final Long2LongHashMap balances = new Long2LongHashMap(0);
    private final CopiedState snapshot =
        new CopiedState(LedgerMessage.SCHEMA_ID, this::image, this::restore);

    /** What is in an account; for whoever looks behind the engine. */
    long balance(final long entityHash) {
      return balances.get(entityHash);
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      if (templateId != LedgerMessage.READ) {
        enter(entityHash, balance(entityHash) + LedgerMessage.number(buffer, offset));
      }
      LedgerMessage.put(
          reply.buffer(), reply.offset(), LedgerMessage.BALANCE, 0, balance(entityHash));
      final int memoLength =
          templateId == LedgerMessage.ENTER_AND_ECHO ? length - LedgerMessage.LENGTH : 0;
      reply
          .buffer()
          .putBytes(
              reply.offset() + LedgerMessage.LENGTH,
              buffer,
              offset + LedgerMessage.LENGTH,
              memoLength);
      reply.length(LedgerMessage.LENGTH + memoLength);
    }

    /** An account with nothing in it is closed. */
    private void enter(final long entityHash, final long balance) {
      if (balance == balances.missingValue()) {
        balances.remove(entityHash);
      } else {
        balances.put(entityHash, balance);
      }
    }

    @Override
    public SnapshotSource snapshot() {
      return snapshot;
    }

    private byte[] image() {
      final ByteBuffer image = ByteBuffer.allocate(Long.BYTES * (1 + 2 * balances.size()));
      image.putLong(balances.size());
      balances.keySet().stream()
          .sorted()
          .forEach(hash -> image.putLong(hash).putLong(balances.get(hash)));
      return image.array();
    }

    private void restore(final byte[] image) {
      final ByteBuffer from = ByteBuffer.wrap(image);
      for (long left = from.getLong(); left > 0; left--) {
        balances.put(from.getLong(), from.getLong());
      }
    }

    /** Read by the simulation's one thread only. */
    @Override
    public long entityCount() {
      return balances.size();
    }
  }
}
