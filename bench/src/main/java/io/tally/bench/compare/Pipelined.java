package io.tally.bench.compare;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/** Requests to Tally over one connection, many at once; all answers must be 200. */
final class Pipelined {
  /** For a server that must answer all requests, however busy the machine. */
  static final String PATIENT = "--request-timeout=30s";

  private static final int BATCH = 512;
  private static final int OK = 200;

  /** Takes the answers in the order of the requests. */
  @FunctionalInterface
  interface OnAnswer {
    void onAnswer(int index, String body, long incarnation) throws IOException;
  }

  private Pipelined() {}

  /** Adds 1 to the counters in turn. */
  static void increment(final Server server, final Ids ids, final int requests) throws IOException {
    send(
        server,
        requests,
        i -> post(ids.id(i % ids.count())) + "Content-Length: 0\r\n\r\n",
        (i, body, incarnation) -> {});
  }

  /** Adds once to each counter, to each an amount of its own. */
  static void add(final Server server, final Ids ids, final IntUnaryOperator amount)
      throws IOException {
    send(
        server,
        ids.count(),
        i -> {
          final String body = "{\"amount\":" + amount.applyAsInt(i) + "}";
          return post(ids.id(i)) + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        },
        (i, body, incarnation) -> {});
  }

  private static String post(final String id) {
    return "POST /counter/" + id + "/increment HTTP/1.1\r\nHost: localhost\r\n";
  }

  static void send(
      final Server server,
      final int requests,
      final IntFunction<String> request,
      final OnAnswer onAnswer)
      throws IOException {
    try (Socket socket = Counters.connect(server.port)) {
      final OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 17);
      final HttpAnswers answers = new HttpAnswers(socket.getInputStream());
      for (int first = 0; first < requests; first += BATCH) {
        final int end = Math.min(requests, first + BATCH);
        for (int i = first; i < end; i++) {
          out.write(request.apply(i).getBytes(StandardCharsets.US_ASCII));
        }
        out.flush();
        for (int i = first; i < end; i++) {
          final String body = answers.next();
          if (answers.status() != OK) {
            throw new IOException("a request was answered " + answers.status() + " " + body);
          }
          onAnswer.onAnswer(i, body, answers.incarnation());
        }
      }
    }
  }
}
