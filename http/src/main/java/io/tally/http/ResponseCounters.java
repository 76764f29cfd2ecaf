package io.tally.http;

import io.tally.edge.internal.LoopCounters;
import io.tally.http.internal.HttpCounters;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Counters made from the refusals that can be given, so that every response has one. Each loop
 * counts for itself with plain single-writer counters.
 */
final class ResponseCounters implements HttpCounters {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  /** An index that no counter has: a response of another status fails, and is no other one's. */
  private static final int NOT_COUNTED = -1;

  /** Refusals that say busy, by names that stand here because a refusal has none. */
  private static final Map<String, Refusal> BUSY_REASONS =
      Map.of(
          "busy", Refusals.BUSY,
          "waited", Refusals.WAITED,
          "client-memory", Refusals.CLIENT_MEMORY,
          "connections", Refusals.CONNECTIONS,
          "streams", Refusals.STREAMS,
          "reply-memory", Refusals.REPLY_LIMIT);

  private final int[] statuses;
  private final List<String> types;
  private final List<String> busyReasons;
  private final Map<Refusal, int[]> indexes = new IdentityHashMap<>();
  private final int[] indexByStatus = new int[600];
  private final LoopCounters loops;

  /**
   * Counters for some refusals.
   *
   * @param ofServices refusals beside those of HTTP itself.
   */
  ResponseCounters(final int loopCount, final Collection<Refusal> ofServices) {
    final Set<Refusal> refusals = new LinkedHashSet<>(Refusals.ALL);
    refusals.addAll(ofServices);
    statuses =
        IntStream.concat(
                IntStream.of(OK, NO_CONTENT, NOT_MODIFIED),
                refusals.stream().mapToInt(Refusal::status))
            .distinct()
            .sorted()
            .toArray();
    final Set<String> slugs = new LinkedHashSet<>();
    refusals.forEach(refusal -> slugs.add(refusal.type().slug()));
    types = List.copyOf(slugs);
    busyReasons = BUSY_REASONS.keySet().stream().sorted().toList();
    Arrays.fill(indexByStatus, NOT_COUNTED);
    for (int i = 0; i < statuses.length; i++) {
      indexByStatus[statuses[i]] = i;
    }
    for (final Refusal refusal : refusals) {
      indexes.put(
          refusal,
          IntStream.concat(
                  IntStream.of(statuses.length + types.indexOf(refusal.type().slug())),
                  IntStream.range(0, busyReasons.size())
                      .filter(reason -> BUSY_REASONS.get(busyReasons.get(reason)) == refusal)
                      .map(reason -> statuses.length + types.size() + reason))
              .toArray());
    }
    loops = new LoopCounters(loopCount, statuses.length + types.size() + busyReasons.size());
  }

  @Override
  public int[] statuses() {
    return statuses.clone();
  }

  @Override
  public long responses(final int status) {
    return loops.sum(indexByStatus[status]);
  }

  @Override
  public List<String> problemTypes() {
    return types;
  }

  @Override
  public long problems(final int type) {
    return loops.sum(statuses.length + type);
  }

  @Override
  public List<String> busyReasons() {
    return busyReasons;
  }

  @Override
  public long busy(final int reason) {
    return loops.sum(statuses.length + types.size() + reason);
  }

  boolean counts(final Refusal refusal) {
    return indexes.containsKey(refusal);
  }

  void onResponse(final int loop, final HttpExchange exchange) {
    loops.increment(loop, indexByStatus[exchange.status()]);
    if (exchange.refusal != null) {
      for (final int index : indexes.get(exchange.refusal)) {
        loops.increment(loop, index);
      }
    }
  }
}
