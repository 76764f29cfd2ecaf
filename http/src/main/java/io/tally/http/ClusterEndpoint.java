package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.http.internal.ClusterView;
import io.tally.http.internal.HttpCounters;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code /cluster} on one event loop: a page, and a stream that tells once a second how things are.
 * All who look share the samples of their loop, and nothing is sampled while nobody looks.
 */
final class ClusterEndpoint {
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * A sample is shared for 0.9 s, so that clients whose seconds are offset still get whole ones.
   */
  private static final long SAMPLE_NS = INTERVAL_NS - INTERVAL_NS / 10;

  /** The parameter that names an entity. */
  private static final String ID = "id";

  private static final byte[] DATA = "data: ".getBytes(US_ASCII);
  private static final byte[] LINE_END = "\n".getBytes(US_ASCII);

  private final ClusterView view;
  private final Supplier<HttpCounters> counters;
  private Supplier<String> samples;
  private byte[] sample;
  private long sampledNs;

  ClusterEndpoint(final ClusterView view, final Supplier<HttpCounters> counters) {
    this.view = view;
    this.counters = counters;
  }

  Endpoint row() {
    final Endpoint row =
        Endpoint.get("/cluster", "nodes, their shards and state; as events, once a second")
            .open()
            .forms("application/json")
            .calls(this::page)
            .streams(this::stream);
    final Documentation documentation =
        Documentation.of("getCluster", "How this node sees its cluster.")
            .answer(200, "application/json", view.schema(), "As it is now.")
            .answer(
                200,
                "text/event-stream",
                "{\"type\":\"string\"}",
                "As events, one a second, with what happened in between.");
    row.documented(documentation);
    documentation.request(ID, "Have the answer say who owns this one.");
    return row.queryItems(new PathId(ID, ID, ProblemTypes.BAD_REQUEST), ID, 1);
  }

  private void page(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    final boolean asked = items.count() > 0;
    exchange.answer(
        Page.form(
            asked ? view.stateWith(Arrays.copyOf(items.ids(), items.idLength(0))) : view.state()));
  }

  private void stream(final Request request, final HttpExchange exchange) {
    final Looking looking = new Looking();
    looking.stream = exchange.stream(looking, 1, INTERVAL_NS);
    if (looking.stream != null) {
      looking.onReady(0);
    }
  }

  private byte[] sample(final long nowNs) {
    if (sample == null || nowNs - sampledNs >= SAMPLE_NS) {
      if (samples == null) {
        samples = view.samples(counters.get());
      }
      sample = samples.get().getBytes(UTF_8);
      sampledNs = nowNs;
    }
    return sample;
  }

  private final class Looking implements Events {
    private EventStream stream;

    @Override
    public void onReady(final int slot) {
      stream.send(slot);
    }

    @Override
    public void write(final int slot, final long nowNs, final EventWriter out) {
      out.put(DATA).put(sample(nowNs)).put(LINE_END);
    }

    @Override
    public long heldBytes() {
      return 0;
    }

    @Override
    public void onEnd() {
      // It keeps nothing.
    }
  }
}
