package io.tally.edge.internal;

/**
 * Where a {@link RequestReader} hands in the requests of its connection. Used on the connection's
 * event loop only.
 */
public interface Intake {
  /**
   * Whether another request may be read; if not, nothing is read until {@link
   * RequestReader#resume}.
   *
   * @return true if there is room for it.
   */
  boolean tryRead();

  /**
   * Whether the request that is read next may have waited for longer than a request may take. If
   * so, it has to be refused: its client may have given up, and may have found out since that it
   * had no effect.
   *
   * @return true if the request is to be refused.
   */
  boolean isLate();

  /**
   * Whether what arrives is to be discarded.
   *
   * @return true if no further request is taken.
   */
  boolean isDone();

  /**
   * Bytes were discarded.
   *
   * @param bytes how many.
   */
  void onDiscarded(int bytes);

  /** The first bytes of a request are here. The rest of its head has a deadline from now on. */
  void onHeadBegun();

  /**
   * A request's head is here. The rest has a deadline from now on.
   *
   * @param goAhead what the client waits for before it sends the rest, or null; sent unless some of
   *     the rest comes first. Not changed afterwards.
   */
  void onBodyBegun(byte[] goAhead);

  /** Some of a request's body is here. */
  void onBodyBytes();

  /**
   * A request is complete, and {@link RequestReader#dispatch dispatched} before this returns.
   *
   * @param last whether the client wants no further one.
   */
  void onRequest(boolean last);

  /**
   * What was read cannot be understood, or must not be served: it is answered, and the connection
   * ends.
   *
   * @return the exchange, to be completed at once; then {@link #onUnreadableAnswered} is called.
   */
  Exchange onUnreadable();

  /** The exchange of {@link #onUnreadable} is complete. */
  void onUnreadableAnswered();

  /**
   * The reader has failed: the connection ends at once.
   *
   * @param error why; told to the error handler unless it only says that the peer has gone.
   */
  void onError(Throwable error);
}
