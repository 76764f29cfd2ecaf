package io.tally.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sets counters through one connection to a node, many in one go: requests are sent without waiting
 * for the answers to those before (pipelining, RFC 9112, 9.3.2). Not thread-safe.
 */
final class ImportConnection implements AutoCloseable {
  /**
   * Requests under way. A node reads so many of a connection by default, and their answers fit into
   * the buffers of any socket, so nobody waits for the other one to read.
   */
  static final int MAX_REQUESTS = 64;

  /** Who says nothing for so long is taken to be away, and asked again. */
  private static final long MAX_SILENCE_MS = 10_000;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_LINE_BYTES = 8_192;
  private static final int MAX_BODY_BYTES = 1 << 16;
  private static final Pattern SETTLED = Pattern.compile("\"settled_ms\":([0-9]{1,12})\\D");

  private final ImportTarget target;
  private Socket socket;
  private InputStream in;
  private OutputStream out;
  private boolean closing;

  /** What a node has said to a request. */
  private record Answer(int status, String body) {}

  ImportConnection(final ImportTarget target) {
    this.target = target;
  }

  /**
   * Sends all rows, at most {@link #MAX_REQUESTS}, and returns the answer to each. Connects first
   * where there is no connection, and leaves none where something went wrong.
   *
   * @param patienceMs how long it waits for each answer at most.
   */
  List<ImportAnswer> set(final List<ImportRow> rows, final long patienceMs) {
    final List<ImportAnswer> answers = new ArrayList<>();
    String reason = "the connection was closed";
    try {
      connect(patienceMs);
      for (final ImportRow row : rows) {
        write(row);
      }
      out.flush();
      while (answers.size() < rows.size() && !closing) {
        final Answer answer = read();
        answers.add(ImportAnswer.of(answer.status(), answer.body()));
      }
    } catch (final IOException fault) {
      reason = fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
      closing = true;
    }
    while (answers.size() < rows.size()) {
      answers.add(ImportAnswer.none(reason));
    }
    if (closing) {
      close();
    }
    return answers;
  }

  /**
   * Asks the node for how long a request may take effect after it was sent, wherever it was held
   * up.
   *
   * @param patienceMs how long it waits for the answer at most.
   * @return milliseconds; 0 if it does not say so.
   */
  long settledMs(final long patienceMs) {
    long settledMs = 0;
    try {
      connect(patienceMs);
      final String request =
          "GET " + target.path() + "/cluster HTTP/1.1\r\nHost: " + target.authority() + "\r\n\r\n";
      out.write(request.getBytes(ISO_8859_1));
      out.flush();
      final Matcher settled = SETTLED.matcher(read().body());
      settledMs = settled.find() ? Long.parseLong(settled.group(1)) : 0;
    } catch (final IOException fault) {
      closing = true;
    }
    if (closing) {
      close();
    }
    return settledMs;
  }

  private void connect(final long patienceMs) throws IOException {
    final int silenceMs = (int) Math.max(1, Math.min(MAX_SILENCE_MS, patienceMs));
    if (socket != null) {
      socket.setSoTimeout(silenceMs);
      return;
    }
    closing = false;
    socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(silenceMs);
    socket.connect(new InetSocketAddress(target.host(), target.port()), silenceMs);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
  }

  private void write(final ImportRow row) throws IOException {
    final String body =
        "{\"value\":" + row.value() + (row.ttlMs() == 0 ? "" : ",\"ttl_ms\":" + row.ttlMs()) + "}";
    final StringBuilder request = new StringBuilder("PUT ");
    request.append(target.path()).append("/counter/");
    appendEncoded(request, row.id().getBytes(UTF_8));
    request.append(" HTTP/1.1\r\nHost: ").append(target.authority());
    request.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(body.length());
    request.append("\r\n\r\n").append(body);
    out.write(request.toString().getBytes(ISO_8859_1));
  }

  /** Encodes all but what RFC 3986 calls unreserved. */
  private static void appendEncoded(final StringBuilder to, final byte[] id) {
    for (final byte next : id) {
      final boolean plain =
          next >= 'a' && next <= 'z'
              || next >= 'A' && next <= 'Z'
              || next >= '0' && next <= '9'
              || "-._~".indexOf(next) >= 0;
      if (plain) {
        to.append((char) next);
      } else {
        to.append('%');
        to.append(Character.toUpperCase(Character.forDigit(next >> 4 & 0xF, 16)));
        to.append(Character.toUpperCase(Character.forDigit(next & 0xF, 16)));
      }
    }
  }

  /** Reads an answer; of a long body only the beginning, and then the connection ends. */
  private Answer read() throws IOException {
    final String start = line();
    if (!start.matches("HTTP/1\\.[01] [0-9]{3}( .*)?")) {
      throw new IOException("the answer is none of HTTP/1.1");
    }
    final int status = Integer.parseInt(start.substring(9, 12));
    int length = -1;
    for (String line = line(); !line.isEmpty(); line = line()) {
      final int colon = line.indexOf(':');
      final String value = line.substring(colon + 1).strip();
      switch (line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = length(value);
        case "connection" -> closing |= value.equalsIgnoreCase("close");
        default -> {
          // All else says nothing of how the answer goes on.
        }
      }
    }
    if (length < 0) {
      throw new IOException("the answer has no Content-Length: it is none of a node");
    }
    final int wanted = Math.min(length, MAX_BODY_BYTES);
    closing |= wanted < length;
    final byte[] body = in.readNBytes(wanted);
    if (body.length < wanted) {
      throw new EOFException("the connection was closed");
    }
    return new Answer(status, new String(body, UTF_8));
  }

  private static int length(final String value) throws IOException {
    if (!value.matches("[0-9]{1,6}")) {
      throw new IOException("the answer is none of a node: Content-Length is " + value);
    }
    return Integer.parseInt(value);
  }

  private String line() throws IOException {
    final StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection was closed");
      }
      if (line.length() == MAX_LINE_BYTES) {
        throw new IOException("the answer is none of a node: a line is too long");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (final IOException fault) {
      // What is closed is of no more use anyway.
      closing = true;
    } finally {
      socket = null;
    }
  }
}
