package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.http.ApiDocument;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import org.agrona.concurrent.CachedNanoClock;

/**
 * A server in this JVM, on a clock that stands still but for what the document lets pass. All that
 * it answers, but for event streams, has to be in its OpenAPI document, too.
 */
final class SteppedContractServer implements ContractServer, AutoCloseable {
  private final CachedNanoClock clock = new CachedNanoClock();
  private final CounterServer server;
  private final ApiDocument document;
  private RawClient connection;

  SteppedContractServer() throws IOException {
    clock.update(1);
    server = new CounterServer(1, true, clock, context -> {});
    connection = server.connect();
    document = ApiDocument.read(connection);
  }

  @Override
  public Response exchange(
      final String method, final String target, final String headers, final String body)
      throws IOException {
    connection.send(RawClient.request(method, target, headers, body));
    final Response response = connection.read(method.equals("HEAD"));
    document.check(method, target, body, response);
    return response;
  }

  @Override
  public ContractStream watch(final String target, final String headers) throws IOException {
    return EventReader.ofHead(server.connect(), target, headers);
  }

  /** The connection may have been idle for longer than it may. */
  @Override
  public void pass(final long durationMs, final boolean leavingMost) throws IOException {
    connection.close();
    server.pass(clock, durationMs);
    connection = server.connect();
  }

  @Override
  public void checkLeft(final long expectedMs, final long shownMs) {
    assertEquals(expectedMs, shownMs, "ttl_ms");
  }

  @Override
  public void checkIncarnation(final String counterId, final String incarnation) {
    assertEquals(Integer.toString(CounterServer.INCARNATION), incarnation);
  }

  @Override
  public void close() throws IOException {
    connection.close();
    server.close();
  }
}
