package io.tally.http.internal;

import io.tally.edge.internal.EdgePort;

/**
 * Serves services over HTTP/1.1, with pages about the node. Each connection lives on one event
 * loop, and calls that loop's endpoints.
 *
 * <p>Launched and closed by one thread; its accessors may be called by any.
 */
public interface HttpServer extends AutoCloseable {
  /**
   * The port, with its connections.
   *
   * @return what stops accepting, drains, and tells of connections.
   */
  EdgePort edge();

  /**
   * Where the server is reached.
   *
   * @return URL with the address bound, without a slash at its end; localhost for one that listens
   *     on 127.0.0.1 or on all addresses.
   */
  String url();

  /**
   * What the server has answered.
   *
   * @return counters for any thread.
   */
  HttpCounters counters();

  /** Stops accepting and closes all connections, answered or not. Idempotent. */
  @Override
  void close();
}
