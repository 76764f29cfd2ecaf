package io.tally.testkit;

import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;

/** A service, seen, that knows in which life of its shard it runs. */
class LifeService extends ForwardingService {
  private int shardId;
  private long incarnation;

  LifeService(final ShardService service) {
    super(service);
  }

  final int shardId() {
    return shardId;
  }

  final long incarnation() {
    return incarnation;
  }

  @Override
  public void onStart(final ShardContext shard) {
    shardId = shard.shardId();
    incarnation = shard.incarnation();
    super.onStart(shard);
  }
}
