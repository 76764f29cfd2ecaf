package io.tally.examples.lease;

import io.tally.engine.ForwardingService;
import io.tally.engine.IdHash;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Places;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import io.tally.engine.TimedEntities;
import java.nio.ByteOrder;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The leases with mistakes, each at the border to their shard. */
final class Mistakes {
  private static final int NUMBER = MessageHeaderWord.ENCODED_LENGTH + Long.BYTES;

  private Mistakes() {}

  /** What was restored ends by the clock of the machine, which may have been set. */
  static ShardService trustingTheClock(final ShardService right) {
    return new InOtherShard(
        right,
        own ->
            new OtherShard(own) {
              @Override
              public long standstillNs() {
                return 0;
              }
            });
  }

  /** A life that lost its state believes that it began long ago. */
  static ShardService grantingAtOnce(final ShardService right) {
    return new InOtherShard(
        right,
        own ->
            new OtherShard(own) {
              @Override
              public long timeNs() {
                return 0;
              }
            });
  }

  /** Timers fire when half of their time is over. */
  static ShardService endingEarly(final ShardService right) {
    return new InOtherShard(
        right,
        own ->
            new OtherShard(own) {
              @Override
              public boolean setTimer(final long timerId, final long dueNs) {
                return super.setTimer(timerId, timeNs() + (dueNs - timeNs()) / 2);
              }
            });
  }

  /** The numbers of tokens begin anew after a restart. */
  static ShardService forgettingTheNumber(final ShardService right) {
    return new ForwardingService(right) {
      @Override
      public SnapshotSource snapshot() {
        return new ForgetfulSource(right.snapshot());
      }
    };
  }

  private static final class InOtherShard extends ForwardingService {
    private final UnaryOperator<ShardContext> other;

    InOtherShard(final ShardService right, final UnaryOperator<ShardContext> other) {
      super(right);
      this.other = other;
    }

    @Override
    public void onStart(final ShardContext shard) {
      super.onStart(other.apply(shard));
    }
  }

  private record ForgetfulSource(SnapshotSource right) implements SnapshotSource {
    @Override
    public void beginSnapshot(final SnapshotSink sink) {
      right.beginSnapshot(sink);
    }

    @Override
    public boolean writeSnapshot(final int limit) {
      return right.writeSnapshot(limit);
    }

    @Override
    public void endSnapshot() {
      right.endSnapshot();
    }

    @Override
    public void restore(final DirectBuffer buffer, final int offset, final int length) {
      final UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
      record.putBytes(0, buffer, offset, length);
      if (MessageHeaderWord.templateId(MessageHeaderWord.get(record, 0)) == TimedEntities.HEAD) {
        record.putLong(NUMBER, 0, ByteOrder.LITTLE_ENDIAN);
      }
      right.restore(record, 0, length);
    }
  }

  /** The shard as the service sees it. */
  private static class OtherShard implements ShardContext {
    private final ShardContext shard;

    OtherShard(final ShardContext shard) {
      this.shard = shard;
    }

    @Override
    public int shardId() {
      return shard.shardId();
    }

    @Override
    public IdHash idHash() {
      return shard.idHash();
    }

    @Override
    public long incarnation() {
      return shard.incarnation();
    }

    @Override
    public long timeNs() {
      return shard.timeNs();
    }

    @Override
    public long standstillNs() {
      return shard.standstillNs();
    }

    @Override
    public Places places() {
      return shard.places();
    }

    @Override
    public boolean setTimer(final long timerId, final long dueNs) {
      return shard.setTimer(timerId, dueNs);
    }

    @Override
    public boolean cancelTimer(final long timerId) {
      return shard.cancelTimer(timerId);
    }

    @Override
    public void changed(final DirectBuffer buffer, final int offset, final int length) {
      shard.changed(buffer, offset, length);
    }
  }
}
