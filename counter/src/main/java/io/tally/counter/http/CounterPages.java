package io.tally.counter.http;

import io.tally.counter.CounterPageAdapter;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterShardProxy;
import io.tally.http.HttpExchange;
import io.tally.http.IntegerParameter;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.http.Request;
import io.tally.http.TextParameter;
import org.agrona.DirectBuffer;

/**
 * Lists counters by prefix, page by page. A request goes through a few shards, one after the other,
 * until its page is full. If a later one of them is away, the page ends before it. All of them
 * together have the time of one request. On one event loop; not thread-safe.
 */
final class CounterPages {
  static final int PREFIX = 0;
  static final int CURSOR = 1;
  static final int LIMIT = 0;

  /** Steps of a request: most of them are quick, where there are fewer counters than shards. */
  private static final int MAX_STEPS = 64;

  /** In the first half of its time a request asks one shard more. What it has by then is a page. */
  private static final int SHARE_OF_TIMEOUT = 2;

  private static final int MAX_LIMIT = 1_000;
  private static final int DEFAULT_LIMIT = 100;

  private static final ProblemType INVALID_CURSOR =
      new ProblemType(
          "invalid-cursor",
          "Invalid cursor",
          "A cursor is what the last page of the same scan gave as next, with the same prefix.");

  static final TextParameter PREFIX_TEXT =
      TextParameter.query("prefix", CounterProxy.MAX_ID_LENGTH, CounterProblems.INVALID_ID);

  static final TextParameter CURSOR_TEXT =
      TextParameter.query("cursor", ScanCursor.TEXT_BYTES, INVALID_CURSOR);

  static final IntegerParameter LIMIT_INTEGER =
      IntegerParameter.query(
          "limit",
          1,
          MAX_LIMIT,
          DEFAULT_LIMIT,
          new ProblemType(
              "invalid-page-limit",
              "Invalid limit of a page",
              "The limit of a page is an integer from 1 to " + MAX_LIMIT + "."));

  private static final Refusal BAD_CURSOR =
      Refusal.of(INVALID_CURSOR, 400, "the cursor belongs to another list, or is damaged");

  private static final Refusal GONE =
      Refusal.of(
          new ProblemType(
              "cursor-gone",
              "Cursor gone",
              "The shard has lost its state since the page with this cursor. Begin the scan again, without a cursor."),
          410,
          "the incarnation of the shard to which the cursor belongs is over");

  private final CounterShardProxy shards;
  private final CounterPageAdapter page = new CounterPageAdapter();

  CounterPages(final CounterShardProxy shards) {
    this.shards = shards;
  }

  static Refusal[] refusals() {
    return new Refusal[] {BAD_CURSOR, GONE};
  }

  /** Whether something is given that only a list takes. */
  static boolean isAsked(final Request request) {
    return request.hasText(PREFIX) || request.hasText(CURSOR) || request.hasParameter(LIMIT);
  }

  void scan(final Request request, final HttpExchange exchange) {
    final byte[] prefix = request.text(PREFIX);
    final ScanCursor from =
        request.hasText(CURSOR) ? ScanCursor.parse(request.text(CURSOR), prefix) : ScanCursor.START;
    if (from == null || from.shard >= shards.shardCount()) {
      exchange.refuse(BAD_CURSOR);
      return;
    }
    final CounterPage walk =
        new CounterPage(prefix, (int) request.parameter(LIMIT), from, exchange.readNs());
    exchange.keep(walk, CounterPage.MAX_BYTES);
    ask(walk, exchange);
  }

  private void ask(final CounterPage walk, final HttpExchange exchange) {
    final ScanCursor from = walk.next();
    shards.scan(
        walk.beganNs(),
        from.shard,
        from.incarnation,
        from.position,
        walk.room(),
        walk.prefix(),
        exchange.replies(),
        exchange.cookie());
  }

  /** Reads a page of a shard. */
  boolean onPage(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    if (!page.wrap(buffer, offset, length)) {
      return false;
    }
    if (page.isGone()) {
      exchange.refuse(GONE);
      return true;
    }
    final CounterPage walk = (CounterPage) exchange.kept();
    while (page.next()) {
      walk.add(buffer, page.idOffset(), page.idLength(), page.value(), page.ttlMs());
    }
    walk.advance(exchange.incarnation(), page.nextPosition(), shards.shardCount());
    exchange.answerJson(walk.json());
    if (walk.next() != null
        && walk.room() > 0
        && walk.steps() < MAX_STEPS
        && exchange.readNs() - walk.beganNs() < shards.requestTimeoutNs() / SHARE_OF_TIMEOUT) {
      exchange.awaitAnother();
      ask(walk, exchange);
    }
    return true;
  }
}
