package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * One connection that is kept alive, on which requests can be pipelined. Fast enough for load; not
 * thread-safe.
 */
public final class HttpConnection implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;
  private byte[] received = new byte[1 << 15];
  private int position;
  private int limit;
  private byte[] queued = new byte[1 << 12];
  private int queuedLength;
  private final int readLimitMs;

  /** Connects. */
  public HttpConnection(final int port, final Duration readLimit) throws IOException {
    readLimitMs = (int) readLimit.toMillis();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(readLimitMs);
      socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (final IOException fault) {
      socket.close();
      throw fault;
    }
  }

  /** The bytes of a request that reads a counter. */
  public static byte[] get(final String counterId) {
    return ("GET /counter/" + counterId + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8);
  }

  /** The bytes of a request that adds 1. */
  public static byte[] increment(final String counterId) {
    return ("POST /counter/"
            + counterId
            + "/increment HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: 0\r\n\r\n")
        .getBytes(UTF_8);
  }

  /** The bytes of a request that adds an amount; without a key if that is null or empty. */
  public static byte[] increment(final String counterId, final long amount, final String key) {
    return request(
        "POST", "/counter/" + counterId + "/increment", "{\"amount\":" + amount + "}", key);
  }

  /** The bytes of any request; without a body or a key if that is null or empty. */
  public static byte[] request(
      final String method, final String target, final String body, final String key) {
    return request(method, target, body, key, "");
  }

  /** The same with another line of the head if that is not empty. */
  public static byte[] request(
      final String method,
      final String target,
      final String body,
      final String key,
      final String line) {
    final boolean hasBody = body != null && !body.isEmpty();
    return (method
            + " "
            + target
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + (key == null || key.isEmpty() ? "" : "Idempotency-Key: " + key + "\r\n")
            + (line.isEmpty() ? "" : line + "\r\n")
            + (hasBody ? "Content-Length: " + body.getBytes(UTF_8).length + "\r\n" : "")
            + "\r\n"
            + (hasBody ? body : ""))
        .getBytes(UTF_8);
  }

  /** Queues a request, to be sent with the next {@link #flush()}. */
  public void send(final byte[] request) {
    if (queuedLength + request.length > queued.length) {
      queued = Arrays.copyOf(queued, 2 * (queuedLength + request.length));
    }
    System.arraycopy(request, 0, queued, queuedLength, request.length);
    queuedLength += request.length;
  }

  /** Sends what is queued. */
  public void flush() throws IOException {
    out.write(queued, 0, queuedLength);
    queuedLength = 0;
  }

  /** Reads the answer to the oldest request that has none. */
  public Answer read() throws IOException {
    final int status = Integer.parseInt(line().substring(9, 12));
    int length = 0;
    long incarnation = 0;
    boolean replayed = false;
    boolean closes = false;
    String tag = "";
    for (String line = line(); !line.isEmpty(); line = line()) {
      final int colon = line.indexOf(':');
      final String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = Integer.parseInt(value);
        case "tally-incarnation" -> incarnation = Long.parseLong(value);
        case "idempotency-replayed" -> replayed = value.equals("true");
        case "etag" -> tag = value;
        case "connection" -> closes = value.equals("close");
        default -> {}
      }
    }
    while (limit - position < length) {
      fill();
    }
    final String body = new String(received, position, length, UTF_8);
    position += length;
    return new Answer(status, incarnation, replayed, closes, tag, body);
  }

  /** Sends one request and reads its answer. */
  public Answer call(final byte[] request) throws IOException {
    send(request);
    flush();
    return read();
  }

  /** Bytes that were received and not read. */
  public int pendingBytes() throws IOException {
    return limit - position + in.available();
  }

  /**
   * Whether the server has closed the connection, or said what nobody asked for because it is about
   * to: to be asked before something is sent, with nothing under way.
   */
  public boolean isStale() {
    try {
      socket.setSoTimeout(1);
      try {
        fill();
        return true;
      } catch (final SocketTimeoutException open) {
        return false;
      } finally {
        socket.setSoTimeout(readLimitMs);
      }
    } catch (final IOException closed) {
      return true;
    }
  }

  private String line() throws IOException {
    int scanned = position;
    while (true) {
      for (; scanned < limit; scanned++) {
        if (received[scanned] == '\n') {
          final String line = new String(received, position, scanned - 1 - position, UTF_8);
          position = scanned + 1;
          return line;
        }
      }
      final int offset = scanned - position;
      fill();
      scanned = position + offset;
    }
  }

  private void fill() throws IOException {
    if (position > 0) {
      System.arraycopy(received, position, received, 0, limit - position);
      limit -= position;
      position = 0;
    }
    if (limit == received.length) {
      received = Arrays.copyOf(received, 2 * received.length);
    }
    final int read = in.read(received, limit, received.length - limit);
    if (read < 0) {
      throw new EOFException("the server closed the connection");
    }
    limit += read;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
