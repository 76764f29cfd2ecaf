package io.tally.http;

/** What a port answers: the API's {@link Routes}, or the metrics'. One for each event loop. */
interface RequestHandler {
  /**
   * Answers the exchange at once, or has it answered later by the connection, which knows it by its
   * slot.
   */
  void onRequest(long nowNs, Request request, Exchange exchange, Connection connection, int slot);
}
