package io.tally.edge.internal;

/** A protocol on one event loop of a port: makes what belongs to its connections. */
public interface Protocol {
  /**
   * Makes what reads the requests of a connection.
   *
   * @param intake of the connection, which is new and of this event loop.
   * @return a reader for this connection alone.
   */
  RequestReader newReader(Intake intake);

  /**
   * Makes an exchange, to be used for one request after the other.
   *
   * @return the exchange.
   */
  Exchange newExchange();
}
