package io.tally.http;

/** What a request addresses. */
enum Route {
  INCREMENT("POST"),
  COUNTER("GET, HEAD"),
  HELP("GET, HEAD"),
  CLUSTER("GET, HEAD"),
  READYZ("GET, HEAD"),
  LIVEZ("GET, HEAD"),
  PROBLEM("GET, HEAD"),
  METRICS("GET, HEAD"),
  SERVER("GET, HEAD, POST"),
  UNKNOWN("");

  private final String allow;

  Route(final String allow) {
    this.allow = allow;
  }

  String allow() {
    return allow;
  }

  boolean isCounter() {
    return this == INCREMENT || this == COUNTER;
  }

  boolean allows(final Verb verb) {
    return switch (this) {
      case INCREMENT -> verb == Verb.POST;
      case SERVER, UNKNOWN -> false;
      default -> verb == Verb.GET || verb == Verb.HEAD;
    };
  }
}
