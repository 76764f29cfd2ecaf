package io.tally.testkit;

import java.util.HashMap;
import java.util.Map;

/** The idempotency keys of clients: which of them may be used, again or anew. */
final class ClientKeys {
  private static final int KEY_COUNT = 8;

  /** A key is certainly forgotten this long after its last use; shards keep it for less. */
  private static final int FORGOTTEN = 3;

  private final World world;
  private final Settings settings;
  private final Traces traces;
  private final ClientAmounts amounts;
  private final Map<String, Request.KeyUse> keys = new HashMap<>();

  /** Time that restored shards stood still, all together: windows of keys were longer by it. */
  private long standstillNs;

  ClientKeys(
      final World world,
      final Settings settings,
      final Traces traces,
      final ClientAmounts amounts) {
    this.world = world;
    this.settings = settings;
    this.traces = traces;
    this.amounts = amounts;
  }

  /** Shards that were restored have stood still for so long. */
  void onStandstill(final long durationNs) {
    standstillNs += durationNs;
  }

  /** A new key, or one to use again because it is certainly remembered or certainly forgotten. */
  Request.KeyUse draw(final Entity entity, final int index) {
    final String key = "key-" + world.nextInt(KEY_COUNT);
    final Request.KeyUse known = keys.get(entity.name() + key);
    if (known != null && isRemembered(known)) {
      known.lastNs = world.nowNs();
      return known;
    }
    if (known != null && !isForgotten(known)) {
      return null;
    }
    final long amount = amounts.draw(entity, index);
    if (amount == 0) {
      return null;
    }
    if (known != null) {
      traces.add(Trace.KEYS_USED_AGAIN);
    }
    return begin(entity, key, known == null ? 0 : known.use + 1, amount);
  }

  Request.KeyUse begin(final Entity entity, final String key, final int use, final long amount) {
    final Request.KeyUse begun =
        new Request.KeyUse(entity, key, use, amount, amounts.drawMemoLength(entity), world.nowNs());
    keys.put(entity.name() + key, begun);
    return begun;
  }

  boolean isRemembered(final Request.KeyUse key) {
    return settings.isRemembered(world.nowNs() - key.firstNs);
  }

  private boolean isForgotten(final Request.KeyUse key) {
    return world.nowNs() - key.lastNs
        > settings.idempotencyWindowNs() + FORGOTTEN * settings.settleNs() + standstillNs;
  }
}
