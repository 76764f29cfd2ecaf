package io.tally.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** A node of which a test says what it answers, one connection after the other. */
final class ScriptedNode implements AutoCloseable {
  /** Ends the connection instead of an answer. */
  static final String CLOSE = "";

  static final String OK = answer("200 OK", "", "{\"counter_id\":\"x\",\"value\":1}");

  /** Target and body of each request, as they came. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  private final ServerSocket socket;
  private final BiFunction<Integer, String, String> script;
  private final Thread thread = new Thread(this::run, "scripted-node");

  /** Answers by the number of a request, from 0, and what it asks for. */
  ScriptedNode(final BiFunction<Integer, String, String> script) throws IOException {
    this.script = script;
    socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    thread.setDaemon(true);
    thread.start();
  }

  static String answer(final String status, final String headers, final String body) {
    return "HTTP/1.1 "
        + status
        + "\r\n"
        + headers
        + "Content-Length: "
        + body.getBytes(UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  static String problem(final String status, final String headers, final String slug) {
    return answer(
        status, headers, "{\"type\":\"/problems/" + slug + "\",\"detail\":\"why " + slug + "\"}");
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private void run() {
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        final InputStream in = new BufferedInputStream(connection.getInputStream());
        boolean goesOn = true;
        while (goesOn) {
          final String request = read(in);
          if (request.isEmpty()) {
            break;
          }
          requests.add(request);
          final String answer = script.apply(requests.size() - 1, request);
          connection.getOutputStream().write(answer.getBytes(UTF_8));
          goesOn = !answer.equals(CLOSE) && !answer.contains("Connection: close");
        }
      } catch (final IOException gone) {
        // The next connection is served, or there is none any more.
        continue;
      }
    }
  }

  /** Empty at the end. */
  private static String read(final InputStream in) throws IOException {
    final StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      final int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    final String text = head.toString();
    if (text.startsWith("GET ")) {
      return text;
    }
    final int length = Integer.parseInt(text.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
    final String body = new String(in.readNBytes(length), UTF_8);
    return text.replaceAll("(?s)^PUT (\\S+) HTTP/1.1\r\nHost: 127.*", "$1") + " " + body;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
