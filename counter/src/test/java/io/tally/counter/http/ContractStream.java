package io.tally.counter.http;

import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.util.List;

/** A response of events that goes on, until it is closed. Used by one thread. */
public interface ContractStream extends AutoCloseable {
  /** Its status and headers. */
  Response head();

  /** Waits for the lines of what comes next, without comments. */
  List<String> next() throws IOException;

  @Override
  void close() throws IOException;
}
