package io.tally.http;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stands at one path: an {@link Endpoint} for each of its methods, and the page of OPTIONS.
 */
final class Resource {
  /** Nothing at this path. */
  static final Resource NONE = new Resource(false);

  private final boolean exists;

  /** Rows by the ordinals of their methods. */
  private final Endpoint[] rows = new Endpoint[Verb.values().length];

  private final Set<Verb> verbs = EnumSet.noneOf(Verb.class);
  private PathId id;
  private String allow = "";
  private Page options;

  private Resource(final boolean exists) {
    this.exists = exists;
  }

  static Resource of(final List<Endpoint> rows) {
    final Resource resource = new Resource(true);
    rows.forEach(resource::add);
    return resource;
  }

  /** The server as a whole, which has no method but OPTIONS. */
  static Resource server(final Set<Verb> ofAllRows) {
    final Resource server = new Resource(false);
    server.options = Page.options(allow(ofAllRows));
    return server;
  }

  private void add(final Endpoint row) {
    if (!verbs.add(row.verb)) {
      throw new IllegalArgumentException("two rows for " + row.verb + " " + row.path);
    }
    rows[row.verb.ordinal()] = row;
    if (row.verb == Verb.GET) {
      rows[Verb.HEAD.ordinal()] = row;
    }
    id = row.id;
    allow = allow(verbs);
    options = Page.options(allow);
  }

  private static String allow(final Set<Verb> verbs) {
    return verbs.stream()
        .sorted()
        .map(verb -> verb == Verb.GET ? "GET, HEAD" : verb.name())
        .collect(Collectors.joining(", "));
  }

  /** The id in its path; null if there is none. */
  PathId id() {
    return id;
  }

  /** Whether a POST has a body of items. */
  boolean takesItems() {
    final Endpoint post = rows[Verb.POST.ordinal()];
    return post != null && post.items != null;
  }

  String allow() {
    return allow;
  }

  /** The row for a method; null if the exchange is answered already. */
  Endpoint admit(final Verb verb, final HttpExchange exchange) {
    if (options != null && verb == Verb.OPTIONS) {
      exchange.answer(options);
      return null;
    }
    if (!exists) {
      exchange.refuse(Refusals.NOT_FOUND);
      return null;
    }
    final Endpoint row = rows[verb.ordinal()];
    if (row == null) {
      exchange.refuse(Refusals.METHOD_NOT_ALLOWED);
    }
    return row;
  }
}
