package io.tally.counter.http;

import io.tally.http.Documentation;
import io.tally.http.Example;
import io.tally.http.ItemList;
import io.tally.http.PathId;
import java.util.Map;

/**
 * What the OpenAPI document says of the counters beyond their rows. The examples follow each other:
 * a later one finds the counters as the earlier ones have left them.
 */
final class CounterDocumentation {
  private static final String ID =
      "Any text of "
          + PathId.LENGTHS
          + " without control characters, percent-encoded. Counters whose ids have the same"
          + " {tag} lie in the same shard.";

  private static final String EVENTS = "{\"type\":\"string\"}";

  private static final Map<String, String> ANSWER =
      Map.of(
          "value", "The counter's value; of a limit with a burst, how much of that is used.",
          "applied", "By how much the value changed; shown where the request names a bound.",
          "previous", "The value before; shown where there was a counter.",
          "remaining", "What is left of the quota.",
          "ttl_ms", "Milliseconds until the counter ends; shown where it does.");

  static final Documentation INCREMENT =
      Documentation.of(
              "incrementCounter",
              "Adds to a counter, which is made if there is none. A bound that is hit changes nothing, unless `saturate`"
                  + " is true. Of n ids in one call, yours are value - n + 1 to value.")
          .request("id", ID)
          .request("amount", "What to add; may be negative.")
          .request("min", "The value does not go below it.")
          .request("max", "The value does not go above it.")
          .request("saturate", "Whether to go as far as the bound where one is hit.")
          .request("ttl_ms", "In so many milliseconds the counter ends.")
          .request(
              "ttl",
              "Whether `ttl_ms` holds only where the counter has no end yet (`once`, the default) or `always`; `none`"
                  + " takes the end away.")
          .answer(ANSWER)
          .examples(
              Example.of("one", "one more, as without a body")
                  .with("id", "views")
                  .body("{}")
                  .answer("{\"counter_id\":\"views\",\"value\":1}"),
              Example.of("retry-safe", "counted once, however often it is sent")
                  .with("id", "views")
                  .with("Idempotency-Key", "7f3c-42")
                  .body("{\"amount\":5}")
                  .answer("{\"counter_id\":\"views\",\"value\":6}"),
              Example.of("seats", "never above 100")
                  .with("id", "seats")
                  .body("{\"amount\":98,\"max\":100}")
                  .answer("{\"counter_id\":\"seats\",\"value\":98,\"applied\":98}"),
              Example.of("last-seats", "as many as there are left")
                  .with("id", "seats")
                  .body("{\"amount\":5,\"max\":100,\"saturate\":true}")
                  .answer("{\"counter_id\":\"seats\",\"value\":100,\"applied\":2}"),
              Example.of("out-of-stock", "never below zero")
                  .with("id", "stock")
                  .body("{\"amount\":-1,\"min\":0}")
                  .answer("{\"counter_id\":\"stock\",\"value\":0,\"applied\":0}"),
              Example.of("today", "gone after a day")
                  .with("id", "today")
                  .body("{\"ttl_ms\":86400000,\"ttl\":\"once\"}")
                  .answer("{\"counter_id\":\"today\",\"value\":1,\"ttl_ms\":86400000}"));

  static final Documentation LIMIT =
      Documentation.of(
              "limitCounter",
              "Takes from a quota, or is refused with 429 and takes nothing. Without `burst`, at most `limit` are admitted"
                  + " in a window that begins with the first of them; in any span of that length, at most twice as many."
                  + " With `burst`, at most burst + d * limit / window are admitted in any span of length d.")
          .request("id", ID)
          .request("limit", "What is admitted in each window.")
          .request("window_ms", "Length of the window in milliseconds.")
          .request("cost", "What to take; 0 only asks.")
          .request("burst", "Refill evenly, and admit so much at once.")
          .answer(ANSWER)
          .examples(
              Example.of("admitted", "one of two in a minute")
                  .with("id", "user-7")
                  .body("{\"limit\":2,\"window_ms\":60000}")
                  .answer(
                      "{\"counter_id\":\"user-7\",\"value\":1,\"remaining\":1,\"ttl_ms\":60000}"),
              Example.of("refused", "more than is left")
                  .with("id", "user-7")
                  .body("{\"limit\":2,\"window_ms\":60000,\"cost\":2}")
                  .refused(
                      429,
                      "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\",\"title\":\"Quota exceeded\","
                          + "\"status\":429,\"violated-policies\":[\"default\"],\"counter_id\":\"user-7\",\"value\":1,"
                          + "\"remaining\":1,\"ttl_ms\":60000,\"outcome\":\"not_applied\"}"),
              Example.of("burst", "one a second, and two at once")
                  .with("id", "user-8")
                  .body("{\"limit\":60,\"window_ms\":60000,\"burst\":2,\"cost\":2}")
                  .answer(
                      "{\"counter_id\":\"user-8\",\"value\":2,\"remaining\":0,\"ttl_ms\":2000}"));

  static final Documentation READ =
      Documentation.of(
              "getCounter",
              "Reads a counter, as JSON or as digits alone; or watches it, as server-sent events.")
          .request("id", ID)
          .answer(ANSWER)
          .answer(
              200,
              "text/event-stream",
              EVENTS,
              "As events `value`: at once, and after changes, at most one in 100 ms and always the latest value. An event"
                  + " `problem` ends the stream")
          .examples(
              Example.of("json", "as JSON")
                  .with("id", "views")
                  .answer("{\"counter_id\":\"views\",\"value\":6}"),
              Example.of("digits", "the number alone")
                  .with("id", "views")
                  .answer("text/plain", "6\n"),
              Example.of("ends", "one that ends")
                  .with("id", "today")
                  .answer("{\"counter_id\":\"today\",\"value\":1,\"ttl_ms\":86400000}"),
              Example.of("nothing", "nobody has counted here")
                  .with("id", "nobody")
                  .answer("{\"counter_id\":\"nobody\",\"value\":0}"),
              Example.of("watch", "the value now, and again when it changes")
                  .with("id", "views")
                  .answer(
                      "text/event-stream",
                      "retry: 1000\n\n"
                          + "event: value\nid: 29-2\ndata: {\"counter_id\":\"views\",\"value\":6}\n\n"),
              Example.of("no-watch", "the node has no room for another one")
                  .with("id", "seats")
                  .answer(
                      "text/event-stream",
                      "retry: 1000\n\n"
                          + "event: problem\ndata: {\"type\":\"/problems/busy\",\"title\":\"Busy\",\"status\":503,"
                          + "\"detail\":\"this node or the owner keeps as many watches as it may\",\"counter_id\":\"seats\"}\n\n"));

  static final Documentation INCREMENT_MANY =
      Documentation.of(
              "incrementCounters",
              "Adds to up to "
                  + ItemList.MAX_ITEMS
                  + " counters. All items are checked before one is applied. Then each is applied or refused by"
                  + " itself, those of one counter in their order, and the answer is 200 with an item for each. With an"
                  + " `Idempotency-Key`, the same items can be sent again: those that were applied are not applied again. With"
                  + " `atomic`, all are applied or none.")
          .request("items", "1 to " + ItemList.MAX_ITEMS + " increments.")
          .request("counter_id", ID)
          .request("amount", "What to add; may be negative.")
          .request("min", "The value does not go below it.")
          .request("max", "The value does not go above it.")
          .request("saturate", "Whether to go as far as the bound where one is hit.")
          .request("ttl_ms", "In so many milliseconds the counter ends.")
          .request("ttl", "As for a single increment.")
          .request(
              "atomic",
              "Whether to apply all items or none. Their ids must have the same {tag}; at most "
                  + AtomicBatch.MOST
                  + ".")
          .answer(ANSWER)
          .examples(
              Example.of("several", "two counters, one of them twice")
                  .with("Idempotency-Key", "cart-9")
                  .body(
                      "{\"items\":[{\"counter_id\":\"likes\"},{\"counter_id\":\"shares\",\"amount\":2},{\"counter_id\":\"likes\"}]}")
                  .answer(
                      "{\"items\":[{\"counter_id\":\"likes\",\"value\":1,\"incarnation\":\"41\"},"
                          + "{\"counter_id\":\"shares\",\"value\":2,\"incarnation\":\"41\"},"
                          + "{\"counter_id\":\"likes\",\"value\":2,\"incarnation\":\"41\"}]}"),
              Example.of("all-or-none", "one has not enough, so nothing is taken")
                  .with("Idempotency-Key", "cart-10")
                  .body(
                      "{\"items\":[{\"counter_id\":\"{cart}:a\",\"amount\":5},{\"counter_id\":\"{cart}:b\",\"amount\":-1,\"min\":0}],"
                          + "\"atomic\":true}")
                  .answer(
                      "{\"items\":[{\"counter_id\":\"{cart}:a\",\"value\":0,\"applied\":0,\"incarnation\":\"41\"},"
                          + "{\"counter_id\":\"{cart}:b\",\"value\":0,\"applied\":0,\"incarnation\":\"41\"}],\"refused_item\":1}"));

  static final Documentation READ_MANY =
      Documentation.of(
              "getCounters",
              "With `id`: reads several counters, each as it is, not as all were at one instant; or watches them in one"
                  + " stream. Without: lists the counters whose ids begin with `prefix`, page by page. A counter that lives"
                  + " throughout is listed once.")
          .request("id", "Ids of counters.")
          .request("prefix", "How the ids of the counters to list begin; all counters if absent.")
          .request("limit", "Counters of a page, which may have fewer and still not be the last.")
          .request("cursor", "`next` of the page before.")
          .answer(ANSWER)
          .besideItems(
              "next",
              "{\"type\":\"string\",\"description\":\"Cursor of the next page; absent on the last.\"}")
          .answer(200, "text/event-stream", EVENTS, "As events `value`, as of each counter alone")
          .examples(
              Example.of("two", "two counters")
                  .with("id", "views", "nobody")
                  .answer(
                      "{\"items\":[{\"counter_id\":\"views\",\"value\":6},{\"counter_id\":\"nobody\",\"value\":0}]}"),
              Example.of("list", "those that begin alike")
                  .with("prefix", "sea")
                  .with("limit", "10")
                  .answer("{\"items\":[{\"counter_id\":\"seats\",\"value\":100}]}"),
              Example.of("watch", "two counters in one stream")
                  .with("id", "views", "nobody")
                  .answer(
                      "text/event-stream",
                      "retry: 1000\n\n"
                          + "event: value\nid: 29-2\ndata: {\"counter_id\":\"views\",\"value\":6}\n\n"
                          + "event: value\nid: 29-0\ndata: {\"counter_id\":\"nobody\",\"value\":0}\n\n"));

  static final Documentation SET =
      Documentation.of(
              "setCounter",
              "Sets a counter, which is made if there is none. With `If-Match` and the ETag of a read, only if nobody else"
                  + " has changed it since; with `If-None-Match: *`, only if there is none.")
          .request("id", ID)
          .request("value", "The new value.")
          .request(
              "ttl_ms", "In so many milliseconds the counter ends; if absent, it does not end.")
          .request("ttl", "`keep` leaves the end as it is; takes no `ttl_ms`.")
          .answer(ANSWER)
          .examples(
              Example.of("create", "only if there is none")
                  .with("id", "stock")
                  .with("If-None-Match", "*")
                  .body("{\"value\":10}")
                  .answer("{\"counter_id\":\"stock\",\"value\":10}"),
              Example.of("exists", "there is one already")
                  .with("id", "stock")
                  .with("If-None-Match", "*")
                  .body("{\"value\":20}")
                  .refused(
                      412,
                      "{\"type\":\"/problems/precondition-failed\",\"title\":\"Precondition failed\",\"status\":412,"
                          + "\"detail\":\"the condition in If-Match or If-None-Match does not hold\","
                          + "\"counter_id\":\"stock\",\"value\":10,\"outcome\":\"not_applied\"}"),
              Example.of("replace", "whatever it was")
                  .with("id", "stock")
                  .body("{\"value\":50,\"ttl\":\"keep\"}")
                  .answer("{\"counter_id\":\"stock\",\"value\":50,\"previous\":10}"));

  static final Documentation DELETE =
      Documentation.of(
              "deleteCounter",
              "Ends a counter. With an `Idempotency-Key`, a lost answer can be asked for again.")
          .request("id", ID)
          .answer(ANSWER)
          .examples(
              Example.of("last-value", "its last value")
                  .with("id", "seats")
                  .with("Idempotency-Key", "harvest-1")
                  .answer("{\"counter_id\":\"seats\",\"value\":100}"),
              Example.of("none", "there is none")
                  .with("id", "nobody")
                  .answer("{\"counter_id\":\"nobody\",\"value\":0}"));

  private CounterDocumentation() {}
}
