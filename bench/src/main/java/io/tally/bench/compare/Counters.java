package io.tally.bench.compare;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Reads counters over one connection, pipelined, to check a run by their sum. */
final class Counters {
  private static final int BATCH = 64;
  private static final int TIMEOUT_MS = 10_000;
  private static final int MAX_READS = 50;
  private static final int OK = 200;

  private Counters() {}

  static boolean isReady(final Server server) {
    return server.ports.stream().allMatch(port -> isReady(server, port));
  }

  private static boolean isReady(final Server server, final int port) {
    try (Socket socket = connect(port)) {
      if (server.protocol == Server.Protocol.REDIS) {
        return true;
      }
      final String path = Contestant.isTally(server.contestant) ? "/readyz" : "/";
      socket.getOutputStream().write(get(path).getBytes(StandardCharsets.US_ASCII));
      final HttpAnswers answers = new HttpAnswers(socket.getInputStream());
      answers.next();
      return !Contestant.isTally(server.contestant) || answers.status() == OK;
    } catch (final IOException refused) {
      return false;
    }
  }

  /** Sum of the counters of a work once nothing changes any more. */
  static long settledSum(final Server server, final Ids ids) throws IOException {
    long sum = sum(server, ids);
    for (int i = 0; i < MAX_READS; i++) {
      final long again = sum(server, ids);
      if (again == sum) {
        return sum;
      }
      sum = again;
    }
    throw new IOException("the counters of " + server.contestant.title + " keep changing");
  }

  private static long sum(final Server server, final Ids ids) throws IOException {
    try (Socket socket = connect(server.readPort)) {
      return server.protocol == Server.Protocol.TALLY
          ? sumOverHttp(socket, ids)
          : sumOverRedis(socket, ids);
    }
  }

  private static long sumOverHttp(final Socket socket, final Ids ids) throws IOException {
    final OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    final HttpAnswers answers = new HttpAnswers(socket.getInputStream());
    long sum = 0;
    for (int first = 0; first < ids.count(); first += BATCH) {
      final int end = Math.min(ids.count(), first + BATCH);
      for (int i = first; i < end; i++) {
        out.write(get("/counter/" + ids.id(i)).getBytes(StandardCharsets.US_ASCII));
      }
      out.flush();
      for (int i = first; i < end; i++) {
        final String body = answers.next();
        if (answers.status() != OK) {
          throw new IOException("a counter could not be read: " + answers.status() + " " + body);
        }
        sum += Long.parseLong(Command.find(body, "\"value\":(-?\\d+)").group(1));
      }
    }
    return sum;
  }

  private static long sumOverRedis(final Socket socket, final Ids ids) throws IOException {
    final StringBuilder command = new StringBuilder("*" + (ids.count() + 1) + "\r\n$4\r\nMGET\r\n");
    for (int i = 0; i < ids.count(); i++) {
      final String id = ids.id(i);
      command.append('$').append(id.length()).append("\r\n").append(id).append("\r\n");
    }
    socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.US_ASCII));
    final InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    final int count = Integer.parseInt(HttpAnswers.line(in).substring(1));
    long sum = 0;
    for (int i = 0; i < count; i++) {
      if (!HttpAnswers.line(in).equals("$-1")) {
        sum += Long.parseLong(HttpAnswers.line(in));
      }
    }
    return sum;
  }

  static Socket connect(final int port) throws IOException {
    final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  static String get(final String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
}
