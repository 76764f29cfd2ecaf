package io.tally.system;

import java.net.URI;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection to a browser or to one of its pages, by the DevTools protocol. For one thread. */
final class DevTools implements AutoCloseable {
  private static final int CALL_LIMIT_S = 60;
  private static final Pattern ANSWER = Pattern.compile("^\\{\"id\":([0-9]+),");

  private final Map<Integer, CompletableFuture<String>> calls = new ConcurrentHashMap<>();
  private final Consumer<String> events;
  private WebSocket socket;
  private int callCount;

  private DevTools(final Consumer<String> events) {
    this.events = events;
  }

  /** Events come as they are, in JSON, on a thread of the client. */
  static DevTools connect(final String address, final Consumer<String> events) {
    final DevTools tools = new DevTools(events);
    tools.socket =
        Http.CLIENT
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), tools.new Messages())
            .join();
    return tools;
  }

  /** Calls a method; the parameters are the members of a JSON object. Returns the whole answer. */
  String call(final String method, final String parameters) {
    final int id = ++callCount;
    final CompletableFuture<String> answer = new CompletableFuture<>();
    calls.put(id, answer);
    final String request =
        "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + parameters + "}}";
    try {
      socket.sendText(request, true).get(CALL_LIMIT_S, TimeUnit.SECONDS);
      return answer.get(CALL_LIMIT_S, TimeUnit.SECONDS);
    } catch (final ExecutionException | TimeoutException fault) {
      throw new AssertionError(request, fault);
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** A text as a JSON string. */
  static String quoted(final String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private void onMessage(final String message) {
    final Matcher answer = ANSWER.matcher(message);
    if (answer.find()) {
      calls.remove(Integer.parseInt(answer.group(1))).complete(message);
    } else {
      events.accept(message);
    }
  }

  @Override
  public void close() {
    socket.abort();
  }

  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(
        final WebSocket from, final CharSequence part, final boolean last) {
      text.append(part);
      if (last) {
        onMessage(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
