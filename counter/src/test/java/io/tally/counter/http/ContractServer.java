package io.tally.counter.http;

import io.tally.http.RawClient.Response;
import java.io.IOException;

/** Counters that are held to the contract, with a time of their own. Used by one thread. */
public interface ContractServer {
  /** Sends a request, with headers that are whole lines, and returns its answer. */
  Response exchange(String method, String target, String headers, String body) throws IOException;

  /** Begins a stream, with headers that are whole lines. */
  ContractStream watch(String target, String headers) throws IOException;

  /**
   * Lets time pass.
   *
   * @param durationMs that the document says.
   * @param leavingMost whether what comes is the last moment before something, so that a server
   *     whose time goes on by itself lets less of it pass now, and the rest before what follows.
   */
  void pass(long durationMs, boolean leavingMost) throws IOException;

  /**
   * Fails unless a time in an answer that was just given may be what is left.
   *
   * @param expectedMs what is left by the document, where nothing but waits takes time.
   * @param shownMs what the answer says.
   */
  void checkLeft(long expectedMs, long shownMs);

  /** Fails unless this is the incarnation of the shard of a counter. */
  void checkIncarnation(String counterId, String incarnation);
}
