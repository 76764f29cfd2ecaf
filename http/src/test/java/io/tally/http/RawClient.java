package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One connection to a server, seen byte by byte. */
public final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;

  private final Socket socket;
  private final InputStream in;

  public RawClient(final int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** A response as it came. */
  public record Response(int status, String reason, Map<String, String> headers, byte[] content) {
    public String body() {
      return new String(content, UTF_8);
    }

    public String header(final String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  public static String get(final String target) {
    return "GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n";
  }

  public static String post(final String target, final String body) {
    return post(target, "", body);
  }

  public static String post(final String target, final String headers, final String body) {
    return request("POST", target, headers, body);
  }

  /** The headers are whole lines. */
  public static String request(
      final String method, final String target, final String headers, final String body) {
    final int length = body.getBytes(UTF_8).length;
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: t\r\n"
        + headers
        + (length > 0 ? "Content-Length: " + length + "\r\n" : "")
        + "\r\n"
        + body;
  }

  public RawClient send(final String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  public RawClient send(final byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  public Response exchange(final String request) throws IOException {
    return send(request).read();
  }

  public Response read() throws IOException {
    return read(false);
  }

  /** Reads a response; one to HEAD has a length but no body. */
  public Response read(final boolean head) throws IOException {
    final String[] start = line().split(" ", 3);
    final Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      final int colon = line.indexOf(": ");
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    final String length = headers.get("content-length");
    final byte[] body =
        head || length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    return new Response(Integer.parseInt(start[1]), start[2], headers, body);
  }

  /** Reads the head of a stream and what it begins with: parts that each end with an empty line. */
  public Response readParts(final int count) throws IOException {
    final Response head = read();
    final StringBuilder parts = new StringBuilder();
    for (int ended = 0; ended < count; ) {
      final String line = textLine();
      parts.append(line).append('\n');
      ended += line.isEmpty() ? 1 : 0;
    }
    return new Response(head.status, head.reason, head.headers, parts.toString().getBytes(UTF_8));
  }

  public String line() throws IOException {
    final StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("after: " + line);
      }
      line.append((char) next);
    }
    if (line.charAt(line.length() - 1) != '\r') {
      throw new IOException("a line without CR: " + line);
    }
    return new String(line.substring(0, line.length() - 1).getBytes(ISO_8859_1), UTF_8);
  }

  /** A line of content, which ends with a line feed alone. */
  public String textLine() throws IOException {
    final ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("after: " + line);
      }
      line.write(next);
    }
    return line.toString(UTF_8);
  }

  /** Whether the server closes without sending anything more. */
  public boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (final java.net.SocketException ex) {
      return true;
    }
  }

  public int readByte() throws IOException {
    return in.read();
  }

  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes so that the server sees a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
