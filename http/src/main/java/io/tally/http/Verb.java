package io.tally.http;

/** The request methods that some route knows. */
enum Verb {
  GET,
  HEAD,
  POST,
  OPTIONS,
  OTHER;

  /** Whether a request of this method asks for a change. */
  boolean mayWrite() {
    return this == POST || this == OTHER;
  }

  static Verb of(final String name) {
    return switch (name) {
      case "GET" -> GET;
      case "HEAD" -> HEAD;
      case "POST" -> POST;
      case "OPTIONS" -> OPTIONS;
      default -> OTHER;
    };
  }
}
