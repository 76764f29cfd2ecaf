package io.tally.engine.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the rings of an engine before their shards, so that every command has to go through them.
 */
public final class ReadAhead implements SteppedAgent {
  private final List<MessageRing.FirstReader> readers = new ArrayList<>();

  /** To be called on the thread that steps this, before the engine is sent a command. */
  public void begin(final ShardEngine engine) {
    engine.ownedShards().forEach(shard -> readers.add(shard.ring().addFirstReader()));
  }

  @Override
  public int doWork(final long nowNs) {
    int workCount = 0;
    for (final MessageRing.FirstReader reader : readers) {
      workCount +=
          reader.poll(
              (buffer, offset, length, deadlineNs) -> {}, Integer.MAX_VALUE, MessageRing.NO_BOUND);
    }
    return workCount;
  }
}
