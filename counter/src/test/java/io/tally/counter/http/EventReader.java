package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.http.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A client of an event stream. */
final class EventReader implements AutoCloseable {
  private final RawClient client;

  private EventReader(final RawClient client) {
    this.client = client;
  }

  /** Begins a stream, and reads up to its first event. */
  static EventReader of(final RawClient client, final String target, final String headers)
      throws IOException {
    client.send(
        "GET "
            + target
            + " HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n"
            + headers
            + "\r\n");
    final RawClient.Response head = client.read();
    assertEquals(200, head.status());
    assertEquals("text/event-stream", head.header("Content-Type"));
    assertEquals("retry: 1000", client.textLine());
    assertEquals("", client.textLine());
    return new EventReader(client);
  }

  static EventReader of(final RawClient client, final String target) throws IOException {
    return of(client, target, "");
  }

  /** The lines of the next event, without comments. */
  List<String> next() throws IOException {
    final List<String> lines = new ArrayList<>();
    for (String line = client.textLine();
        !line.isEmpty() || lines.isEmpty();
        line = client.textLine()) {
      if (!line.isEmpty() && !line.startsWith(":")) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** Reads on until an event has this data. */
  List<String> awaitData(final String data) throws IOException {
    List<String> event = next();
    while (!event.get(event.size() - 1).equals("data: " + data)) {
      event = next();
    }
    return event;
  }

  boolean isClosed() throws IOException {
    return client.isClosed();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
