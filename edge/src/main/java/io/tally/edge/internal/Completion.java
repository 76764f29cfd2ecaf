package io.tally.edge.internal;

/** Completes an {@link Exchange} from any thread. */
public final class Completion {
  private final Requests requests;
  private final long cookie;

  Completion(final Requests requests, final long cookie) {
    this.requests = requests;
    this.cookie = cookie;
  }

  /**
   * Completes the exchange, unless its connection is gone by then. A second call does nothing.
   *
   * @param answer puts the answer into the exchange. Called on the event loop; what it throws is
   *     told to the error handler, and the request is refused.
   */
  public void complete(final Runnable answer) {
    requests.completeLater(cookie, answer);
  }
}
