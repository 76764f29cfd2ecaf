package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.http.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A client of an event stream. */
final class EventReader implements ContractStream {
  private final RawClient client;
  private final RawClient.Response head;

  private EventReader(final RawClient client) throws IOException {
    this.client = client;
    head = client.read();
  }

  /** Begins a stream, and reads its head. */
  static EventReader ofHead(final RawClient client, final String target, final String headers)
      throws IOException {
    return new EventReader(client.send(RawClient.request("GET", target, headers, "")));
  }

  /** Begins a stream, and reads up to its first event. */
  static EventReader of(final RawClient client, final String target, final String headers)
      throws IOException {
    final EventReader reader = ofHead(client, target, "Accept: text/event-stream\r\n" + headers);
    assertEquals(200, reader.head.status());
    assertEquals("text/event-stream", reader.head.header("Content-Type"));
    assertEquals(List.of("retry: 1000"), reader.next());
    return reader;
  }

  static EventReader of(final RawClient client, final String target) throws IOException {
    return of(client, target, "");
  }

  @Override
  public RawClient.Response head() {
    return head;
  }

  @Override
  public List<String> next() throws IOException {
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
