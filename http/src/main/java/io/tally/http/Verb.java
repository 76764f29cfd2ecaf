package io.tally.http;

/** The request methods that some route knows. */
enum Verb {
  GET,
  HEAD,
  POST,
  PUT,
  DELETE,
  OPTIONS,
  OTHER;

  /** Whether a request of this method asks for a change. */
  boolean mayWrite() {
    return this != GET && this != HEAD && this != OPTIONS;
  }

  /** Whether the body of a request of this method is kept until it has arrived. */
  boolean hasBody() {
    return this == POST || this == PUT;
  }

  static Verb of(final String name) {
    return switch (name) {
      case "GET" -> GET;
      case "HEAD" -> HEAD;
      case "POST" -> POST;
      case "PUT" -> PUT;
      case "DELETE" -> DELETE;
      case "OPTIONS" -> OPTIONS;
      default -> OTHER;
    };
  }
}
