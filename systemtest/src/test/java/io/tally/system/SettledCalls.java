package io.tally.system;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Requests with a key, of which it is known in the end what became of them. One that may have been
 * applied is sent again, to any node: at once, and if that does not tell, in the end. Thread-safe.
 */
final class SettledCalls {
  private static final int ATTEMPTS = 3;
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Queue<Supplier<HttpResponse<String>>> open = new ConcurrentLinkedQueue<>();
  private final AtomicInteger keys = new AtomicInteger();
  private final AtomicInteger settled = new AtomicInteger();
  private final String keyPrefix = "call-" + System.nanoTime() + '-';
  private final IntSupplier anyPort;
  private final String lost;

  /**
   * Creates it.
   *
   * @param anyPort of a node that runs.
   * @param lost problem of a shard that lost its state, and so what an earlier copy did.
   */
  SettledCalls(final IntSupplier anyPort, final String lost) {
    this.anyPort = anyPort;
    this.lost = lost;
  }

  String nextKey() {
    return keyPrefix + keys.incrementAndGet();
  }

  /** Null if nobody knows yet what became of it. */
  HttpResponse<String> post(
      final String path, final String body, final String key, final String... headers) {
    final String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Idempotency-Key";
    all[headers.length + 1] = key;
    final Supplier<HttpResponse<String>> call = () -> tryPost(path, body, all);
    boolean isOpen = false;
    for (int i = 0; i < ATTEMPTS; i++) {
      final HttpResponse<String> answer = call.get();
      isOpen |= answer == null || answer.statusCode() == 504;
      if (!isOpen || !speaksOfOneCopy(answer)) {
        settled.addAndGet(isOpen ? 1 : 0);
        return answer;
      }
    }
    open.add(call);
    return null;
  }

  private HttpResponse<String> tryPost(
      final String path, final String body, final String... headers) {
    try {
      return Http.post(anyPort.getAsInt(), path, body, headers);
    } catch (final AssertionError nobodyThere) {
      return null;
    }
  }

  private boolean speaksOfOneCopy(final HttpResponse<String> answer) {
    return answer == null
        || answer.statusCode() == 504
        || answer.statusCode() == 503 && !answer.body().contains(lost);
  }

  /** How many were open and are not. */
  int settled() {
    return settled.get();
  }

  /** Waits until nothing is open, when all nodes run again; returns the answers. */
  List<HttpResponse<String>> settleAll() {
    final List<HttpResponse<String>> answers = new ArrayList<>();
    final AtomicReference<HttpResponse<String>> answer = new AtomicReference<>();
    for (Supplier<HttpResponse<String>> call = open.poll(); call != null; call = open.poll()) {
      final Supplier<HttpResponse<String>> last = call;
      Await.until(
          "it is known what became of a request",
          LIMIT,
          () -> {
            answer.set(last.get());
            return !speaksOfOneCopy(answer.get());
          },
          () -> answer);
      answers.add(answer.get());
      settled.incrementAndGet();
    }
    return answers;
  }
}
