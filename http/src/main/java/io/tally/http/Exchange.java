package io.tally.http;

/**
 * One request of a connection from its claim until its response is written: what the response
 * needs. Reused; belongs to its connection's event loop.
 */
final class Exchange {
  private static final int INITIAL_ID_BYTES = 32;

  byte[] id = new byte[INITIAL_ID_BYTES];
  int idLength;
  Route route;
  boolean head;
  boolean write;
  boolean oldVersion;
  boolean close;
  boolean linger;
  boolean ready;
  boolean replayed;
  Refusal refusal;
  Page page;
  long value;
  long incarnation;

  void reset() {
    idLength = 0;
    route = Route.UNKNOWN;
    head = false;
    write = false;
    oldVersion = false;
    close = false;
    linger = false;
    ready = false;
    replayed = false;
    refusal = null;
    page = null;
    value = 0;
    incarnation = 0;
  }

  void id(final byte[] bytes, final int length) {
    if (id.length < length) {
      id = new byte[TargetParser.MAX_ID_BYTES];
    }
    System.arraycopy(bytes, 0, id, 0, length);
    idLength = length;
  }

  void answer(final Page answer) {
    page = answer;
    ready = true;
  }

  void refuse(final Refusal reason) {
    refusal = reason;
    ready = true;
  }

  /** Bytes of a page that waits for its turn. */
  int pageBytes() {
    return page == null || page.content() == null ? 0 : page.content().length;
  }

  int status() {
    if (refusal != null) {
      return refusal.status();
    }
    return page != null ? page.status() : 200;
  }
}
