package io.tally.http;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands at one path: an {@link Endpoint} for each of its methods, and the page of OPTIONS.
 */
final class Resource {
  /** Nothing at this path. */
  static final Resource NONE = new Resource(false);

  private final boolean exists;
  private Endpoint get;
  private Endpoint post;
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
  static Resource server(final boolean writable) {
    final Resource server = new Resource(false);
    server.options = Page.options(writable ? "GET, HEAD, POST" : "GET, HEAD");
    return server;
  }

  private void add(final Endpoint row) {
    if (row.verb == Verb.POST ? post != null : get != null) {
      throw new IllegalArgumentException("two rows for " + row.verb + " " + row.path);
    }
    if (row.verb == Verb.POST) {
      post = row;
    } else {
      get = row;
    }
    id = row.id;
    final List<String> methods = new ArrayList<>();
    if (get != null) {
      methods.add("GET, HEAD");
    }
    if (post != null) {
      methods.add("POST");
    }
    allow = String.join(", ", methods);
    options = Page.options(allow);
  }

  /** The id in its path; null if there is none. */
  PathId id() {
    return id;
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
    final Endpoint row =
        verb == Verb.GET || verb == Verb.HEAD ? get : verb == Verb.POST ? post : null;
    if (row == null) {
      exchange.refuse(Refusals.METHOD_NOT_ALLOWED);
    }
    return row;
  }
}
