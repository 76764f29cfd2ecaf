package io.tally.counter.http;

import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterShardProxy;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Ingress;
import io.tally.engine.WatchExecutor;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.EntityStream;
import io.tally.http.FlagParameter;
import io.tally.http.HtmlDocument;
import io.tally.http.HttpExchange;
import io.tally.http.ItemList;
import io.tally.http.PathId;
import io.tally.http.Precondition;
import io.tally.http.RateLimit;
import io.tally.http.Refusal;
import io.tally.http.Request;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;

/** The counters over HTTP, on one event loop. Not thread-safe. */
public final class CounterEndpoints {
  /** Commands to try the counters with, for a server at {@code URL}. */
  public static final String EXAMPLES =
      """
        curl -X POST URL/counter/my-counter/increment
        curl -X POST URL/counter/my-counter/increment -d '{"amount":5}'
        curl URL/counter/my-counter
        hey -n 100000 -c 200 -m POST URL/counter/bench/increment
      """;

  /** What the help page says of the counters, title first. */
  public static final String HELP =
      "Tally: exact, distributed counters\n\nExamples\n"
          + EXAMPLES
          + """

        never above 100, and gone after a minute:
        curl -X POST URL/counter/seats/increment -d '{"max":100,"ttl_ms":60000}'
        never below zero:
        curl -X POST URL/counter/stock/increment -d '{"amount":-1,"min":0}'
        at most 100 a minute, else 429:
        curl -X POST URL/counter/user-7/limit -d '{"limit":100,"window_ms":60000}'
        set, only if it is not there yet:
        curl -X PUT URL/counter/my-limit -H 'If-None-Match: *' -d '{"value":10}'
        the number alone, and the end of it:
        curl URL/counter/my-counter -H 'Accept: text/plain'
        curl -X DELETE URL/counter/my-counter

      Bodies are JSON. All members are optional, except for value of PUT, and limit and window_ms of limit
        increment   amount (1), min, max, saturate (false), ttl_ms, ttl ("once", "always" or "none")
        limit       limit, window_ms, cost (1), burst
        PUT         value, ttl_ms, ttl ("keep")

      An id is one path segment, percent-encoded: LENGTHS. An amount is any 64-bit integer; 1 if absent.
      ETag names a counter's version; If-Match and If-None-Match make a write depend on it.
      An Idempotency-Key header (1 to MOST characters) makes a repeated write count once.
      Errors are application/problem+json; "outcome" says whether a write was "not_applied" or is "unknown".
      """
              .replace("LENGTHS", PathId.LENGTHS)
              .replace("MOST", Integer.toString(Ingress.MAX_IDEMPOTENCY_KEY_LENGTH));

  private static final PathId ID =
      new PathId("counter_id", "counter id", CounterProblems.INVALID_ID);

  // Integers of the answers, in the order of their members.
  static final int VALUE = 0;
  static final int APPLIED = 1;
  private static final int PREVIOUS = 2;
  private static final int REMAINING = 3;
  static final int TTL_MS = 4;

  private static final FlagParameter ATOMIC =
      FlagParameter.member("atomic", CounterProblems.INVALID_ATOMIC);

  private static final AnswerShape COUNTER =
      AnswerShape.json(ID, "value").optional("applied", "previous", "remaining", "ttl_ms");

  private static final CounterEvents EVENTS = new CounterEvents();

  private static final HtmlDocument PAGE = BrowserPage.read();

  private final CounterProxy counters;
  private final WatchExecutor watches;
  private final OptionWrites writes;
  private final AtomicBatch atomic;
  private final CounterBatch batch;
  private final CounterReads reads;
  private final CounterPages pages;
  private final CounterReplyAdapter reply = new CounterReplyAdapter();

  private CounterEndpoints(final Ingress ingress, final WatchExecutor watches) {
    counters = new CounterProxy(ingress);
    final CounterShardProxy shards = new CounterShardProxy(ingress);
    this.watches = watches;
    writes = new OptionWrites(counters);
    atomic = new AtomicBatch(shards);
    batch = new CounterBatch(counters, atomic);
    reads = new CounterReads(counters);
    pages = new CounterPages(shards);
  }

  /**
   * The endpoints of the counters on one event loop.
   *
   * @param ingress of that loop.
   * @param watches of the node.
   * @return a row for each operation.
   */
  public static List<Endpoint> of(final Ingress ingress, final WatchExecutor watches) {
    return new CounterEndpoints(ingress, watches).rows();
  }

  private List<Endpoint> rows() {
    return List.of(
        write(Endpoint.post("/counter/{id}/increment", "add to a counter and return its new value"))
            .documented(CounterDocumentation.INCREMENT)
            .members(IncrementBody.members())
            .calls(this::increment)
            .answers(this::onReply, COUNTER)
            .refuses(CounterProblems.OVERFLOW)
            .refuses(IncrementBody.refusals()),
        write(Endpoint.post("/counter/{id}/limit", "take from a quota, or be refused with 429"))
            .documented(CounterDocumentation.LIMIT)
            .members(LimitBody.members())
            .calls(writes::limit)
            .answers(this::onLimit, COUNTER)
            .refuses(RateLimit.EXCEEDED),
        Endpoint.post(
                "/counters/increment",
                "add to up to " + ItemList.MAX_ITEMS + " counters, each by itself")
            .documented(CounterDocumentation.INCREMENT_MANY)
            .items(ID, List.of(IncrementBody.members()), List.of(ATOMIC))
            .keyed()
            .calls(batch::increment)
            .answers(this::onBatch, COUNTER)
            .refuses(
                CounterProblems.OVERFLOW,
                CounterProblems.KIND_MISMATCH,
                CounterProblems.MEMORY_LIMIT)
            .refuses(IncrementBody.refusals())
            .refuses(AtomicBatch.refusals()),
        Endpoint.get(
                "/counters",
                "read up to "
                    + CounterReads.MAX_COUNTERS
                    + " counters, ?id=a&id=b; or list them, ?prefix=a")
            .documented(CounterDocumentation.READ_MANY)
            .queryItems(
                ID,
                "id",
                CounterReads.MAX_COUNTERS,
                CounterPages.PREFIX_TEXT,
                CounterPages.CURSOR_TEXT)
            .query(CounterPages.LIMIT_INTEGER)
            .calls(this::readMany)
            .answers(this::onMany, COUNTER)
            .streams(this::watchMany)
            .refuses(CounterReads.MIXED, CounterReads.NO_ID)
            .refuses(CounterPages.refusals()),
        Endpoint.get("/counter/{id}", "return a counter's value, 0 if it was never incremented")
            .documented(CounterDocumentation.READ)
            .id(ID)
            .conditional()
            .calls(this::get)
            .answers(this::onReply, COUNTER, AnswerShape.text())
            .streams(this::watch),
        write(Endpoint.put("/counter/{id}", "set a counter"))
            .documented(CounterDocumentation.SET)
            .members(SetBody.members())
            .calls(writes::set)
            .answers(this::onReply, COUNTER)
            .refuses(SetBody.refusals()),
        write(Endpoint.delete("/counter/{id}", "end a counter and return its last value"))
            .documented(CounterDocumentation.DELETE)
            .calls(writes::delete)
            .answers(this::onReply, COUNTER),
        Endpoint.home(PAGE));
  }

  private static Endpoint write(final Endpoint row) {
    return row.id(ID)
        .keyed()
        .conditional()
        .refuses(CounterProblems.KIND_MISMATCH, CounterProblems.MEMORY_LIMIT);
  }

  private void increment(final Request request, final HttpExchange exchange) {
    if (IncrementBody.isPlain(request) && request.precondition().kind() == Precondition.Kind.NONE) {
      counters.increment(
          exchange.readNs(),
          exchange.id(),
          0,
          exchange.idLength(),
          IncrementBody.amount(request),
          request.idempotencyKey(),
          0,
          request.idempotencyKeyLength(),
          exchange.replies(),
          exchange.cookie());
      return;
    }
    writes.increment(request, exchange);
  }

  private void get(final Request request, final HttpExchange exchange) {
    counters.get(
        exchange.readNs(),
        exchange.id(),
        0,
        exchange.idLength(),
        exchange.replies(),
        exchange.cookie());
  }

  private void readMany(final Request request, final HttpExchange exchange) {
    if (request.items().count() > 0) {
      reads.get(request, exchange);
    } else {
      pages.scan(request, exchange);
    }
  }

  private boolean onBatch(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    return exchange.isTogether()
        ? atomic.onReply(buffer, offset, length, exchange)
        : onReply(buffer, offset, length, exchange);
  }

  private boolean onMany(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    return exchange.kept() == null
        ? onReply(buffer, offset, length, exchange)
        : pages.onPage(buffer, offset, length, exchange);
  }

  private void watch(final Request request, final HttpExchange exchange) {
    EntityStream.begin(watches, ID, EVENTS, request, exchange);
  }

  private void watchMany(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    if (items.count() == 0 || CounterPages.isAsked(request)) {
      exchange.refuse(items.count() == 0 ? CounterReads.NO_ID : CounterReads.MIXED);
      return;
    }
    final List<byte[]> ids =
        IntStream.range(0, items.count())
            .mapToObj(
                item ->
                    Arrays.copyOfRange(
                        items.ids(),
                        items.idOffset(item),
                        items.idOffset(item) + items.idLength(item)))
            .toList();
    EntityStream.begin(watches, ID, EVENTS, ids, request, exchange);
  }

  private boolean onLimit(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    if (!onReply(buffer, offset, length, exchange)) {
      return false;
    }
    if (reply.hasRemaining()) {
      final long resetMs = reply.hasTtl() ? reply.ttlMs() : RateLimit.NO_RESET;
      exchange.rateLimit().state(reply.remaining(), resetMs);
    }
    return true;
  }

  private boolean onReply(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    if (!reply.wrap(buffer, offset, length)) {
      return false;
    }
    exchange.version(reply.counterVersion());
    exchange.integer(VALUE, reply.value());
    if (reply.hasApplied()) {
      exchange.integer(APPLIED, reply.applied());
    }
    if (reply.hasPrevious()) {
      exchange.integer(PREVIOUS, reply.previous());
    }
    if (reply.hasRemaining()) {
      exchange.integer(REMAINING, reply.remaining());
    }
    if (reply.hasTtl()) {
      exchange.integer(TTL_MS, reply.ttlMs());
      exchange.changesWithTime();
    }
    return isAnswered(reply.status(), exchange);
  }

  private static boolean isAnswered(final CounterStatus status, final HttpExchange exchange) {
    final Refusal refusal = refusalOf(status);
    if (refusal != null) {
      exchange.refuse(refusal);
    }
    return refusal != null || status == CounterStatus.OK;
  }

  /** The refusal of a status; null if it is none of a refusal. */
  static Refusal refusalOf(final CounterStatus status) {
    return switch (status) {
      case OVERFLOW -> CounterProblems.OVERFLOW;
      case MEMORY_LIMIT -> CounterProblems.MEMORY_LIMIT;
      case PRECONDITION_FAILED -> Precondition.FAILED;
      case QUOTA_EXCEEDED -> RateLimit.EXCEEDED;
      case KIND_MISMATCH -> CounterProblems.KIND_MISMATCH;
      default -> null;
    };
  }
}
