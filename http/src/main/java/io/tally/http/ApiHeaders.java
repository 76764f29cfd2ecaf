package io.tally.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The header fields in the OpenAPI document: those that requests may have, and of answers. */
final class ApiHeaders {
  private static final String INCARNATION = "Tally-Incarnation";
  private static final String FAILED_ITEMS = "Tally-Failed-Items";
  private static final String ETAG = "ETag";
  private static final String REPLAYED = "Idempotency-Replayed";
  private static final String POLICY = "RateLimit-Policy";
  private static final String LIMIT = "RateLimit";
  private static final String RETRY_AFTER = "Retry-After";

  private ApiHeaders() {}

  /** Headers that requests to a row may have, with their descriptions. */
  static Map<String, Map<String, Object>> ofRequests(final Endpoint row) {
    final Map<String, Map<String, Object>> headers = new LinkedHashMap<>();
    if (row.keyed) {
      headers.put(
          "Idempotency-Key",
          text(
              "A write with the same key is applied once, and repetitions have the same answer. "
                  + IdempotencyKey.FORM
                  + ", bare or in quotes."));
    }
    if (row.conditional) {
      headers.put(
          "If-Match",
          text(
              "The ETag that must still hold, or * for anything that exists. A read may name several."));
      headers.put(
          "If-None-Match",
          text("The ETag that must not hold, or * for nothing. A read may name several."));
    }
    if (row.stream != null) {
      headers.put(
          "Last-Event-ID",
          text(
              "For an event stream: the id of the last event; nothing is told before there is news."));
    }
    return headers;
  }

  private static Map<String, Object> text(final String description) {
    return ApiSchemas.object("description", description, "schema", ApiSchemas.string());
  }

  /** Headers that an answer of a row may have, as references. */
  static Map<String, Object> ofAnswers(final Endpoint row, final int status) {
    final Map<String, Object> headers = new LinkedHashMap<>();
    if (row.reply != null) {
      add(headers, INCARNATION);
      add(headers, row.isOfItems() ? FAILED_ITEMS : ETAG);
      if (row.keyed) {
        add(headers, REPLAYED);
      }
      if (row.refusals().contains(RateLimit.EXCEEDED)) {
        add(headers, POLICY);
        add(headers, LIMIT);
      }
    }
    if (status == 429 || status == 503) {
      add(headers, RETRY_AFTER);
    }
    return headers;
  }

  private static void add(final Map<String, Object> headers, final String name) {
    headers.put(name, ApiSchemas.reference("#/components/headers/" + name));
  }

  /** All that answers may have. */
  static Map<String, Object> components() {
    final Map<String, Object> headers = new LinkedHashMap<>();
    headers.put(
        INCARNATION,
        header(
            ApiSchemas.integer(),
            "The life of the shard that answered; absent if none did, or several. Another one than before means"
                + " that its state was lost."));
    headers.put(
        FAILED_ITEMS,
        header(ApiSchemas.integer(), "How many items were refused; absent if none was."));
    headers.put(
        ETAG,
        header(ApiSchemas.string(), "The version of what is at the path; absent if nothing is."));
    headers.put(
        REPLAYED,
        header(
            ApiSchemas.object("enum", List.of("true")),
            "The answer was given before, to a request with the same Idempotency-Key."));
    headers.put(
        POLICY, header(ApiSchemas.string(), "The quota (draft-ietf-httpapi-ratelimit-headers)."));
    headers.put(
        LIMIT, header(ApiSchemas.string(), "What is left of the quota, and when there is more."));
    headers.put(
        RETRY_AFTER, header(ApiSchemas.integer(), "In so many seconds it is worth another try."));
    return headers;
  }

  private static Map<String, Object> header(
      final Map<String, Object> schema, final String description) {
    return ApiSchemas.object("description", description, "schema", schema);
  }
}
