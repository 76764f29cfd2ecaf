package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.CountingLeakDetector;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A million items at once: what is not taken waits, and what is kept has a bound. */
@Timeout(120)
class ItemsFloodTest {
  private static final int CONNECTIONS = 40;
  private static final int BATCHES = 25;
  private static final int MAX_REQUESTS = 4_096;

  /** What a loop takes of newcomers before it knows how much it can do. */
  private static final int FIRST_REQUESTS = 512;

  private static final long MAX_CLIENT_BYTES = 16 << 20;
  private static final String PATH = "/things/add";
  private static final PathId ID =
      new PathId("thing", "thing", new ProblemType("invalid-thing", "Invalid", "It is none."));

  private record Part(ReplyHandler handler, long cookie) {}

  private final List<RawClient> clients = new ArrayList<>();
  private final Queue<Part> held = new ArrayDeque<>();
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Long.BYTES]);
  private final TestServer server =
      new TestServer(
          settings ->
              settings
                  .maxClientBytes(MAX_CLIENT_BYTES)
                  .maxRequests(MAX_REQUESTS)
                  .rows(
                      Endpoint.post(PATH, "add things")
                          .items(ID, List.of(), List.of())
                          .calls(this::add)
                          .answers(this::onReply, AnswerShape.json(ID, "value"))));

  // These belong to the loop.
  private boolean answering;
  private int asked;
  private int mostHeld;
  private long mostBytes;

  @AfterEach
  void close() {
    CloseHelper.quietCloseAll(clients);
    server.close();
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  private void add(final Request request, final HttpExchange exchange) {
    final ItemList items = request.items();
    exchange.awaitItems(items);
    for (int item = 0; item < items.count(); item++) {
      asked++;
      held.add(new Part(exchange.replies(), exchange.itemCookie(item)));
    }
    mostHeld = Math.max(mostHeld, held.size());
    mostBytes = Math.max(mostBytes, server.edge.counters().clientBytes(0));
    if (answering) {
      server.onLoop(this::answer);
    }
  }

  private boolean onReply(
      final DirectBuffer buffer, final int offset, final int length, final HttpExchange exchange) {
    exchange.integer(0, buffer.getLong(offset));
    return true;
  }

  private void answer() {
    answering = true;
    for (Part part = held.poll(); part != null; part = held.poll()) {
      part.handler.onReply(part.cookie, Outcome.ANSWERED, 0, 7, false, reply, 0, reply.capacity());
    }
  }

  private int onLoop(final IntSupplier value) {
    final int[] result = new int[1];
    server.onLoop(() -> result[0] = value.getAsInt());
    server.awaitLoop();
    return result[0];
  }

  @Test
  void shouldTakeNoMoreItemsThanItHasPlacesForAndAnswerAllInTheEnd() throws IOException {
    final String items =
        IntStream.range(0, ItemList.MAX_ITEMS)
            .mapToObj(i -> "{\"thing\":\"" + i + "\"}")
            .collect(Collectors.joining(",", "{\"items\":[", "]}"));
    final String request = RawClient.post(PATH, items);
    final List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      final RawClient client = server.connect();
      clients.add(client);
      final Thread sender =
          new Thread(
              () -> {
                try {
                  for (int batch = 0; batch < BATCHES; batch++) {
                    client.send(request);
                  }
                } catch (final IOException ex) {
                  // The answers that are missing will tell.
                }
              });
      sender.start();
      senders.add(sender);
    }
    Await.until("the loop is full", () -> onLoop(() -> asked) >= FIRST_REQUESTS);
    Await.until("all wait", () -> server.edge.counters().connectionsPaused(0) >= CONNECTIONS - 1);
    final int waiting = onLoop(() -> asked);
    assertTrue(waiting < FIRST_REQUESTS + ItemList.MAX_ITEMS, "taken: " + waiting);
    server.onLoop(this::answer);
    for (int batch = 0; batch < BATCHES; batch++) {
      for (final RawClient client : clients) {
        final RawClient.Response response = client.read();
        assertEquals(200, response.status());
        assertTrue(
            response.body().endsWith("{\"thing\":\"999\",\"value\":0,\"incarnation\":\"7\"}]}\n"));
      }
    }
    assertEquals(CONNECTIONS * BATCHES * ItemList.MAX_ITEMS, onLoop(() -> asked));
    assertTrue(mostHeld < MAX_REQUESTS + ItemList.MAX_ITEMS, "held: " + mostHeld);
    assertTrue(mostBytes <= MAX_CLIENT_BYTES, "bytes: " + mostBytes);
    assertEquals(0, server.edge.counters().connectionsGivenUp());
  }
}
