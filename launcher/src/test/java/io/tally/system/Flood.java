package io.tally.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Many connections that send what they are given, as far as it is taken, and read nothing. */
final class Flood implements AutoCloseable {
  private final List<SocketChannel> connections = new ArrayList<>();

  /** Opens connections from an address of this machine, and sends the bytes on each. */
  void open(final int port, final String from, final int count, final byte[] bytes) {
    for (int i = 0; i < count; i++) {
      try {
        final SocketChannel connection = SocketChannel.open();
        connections.add(connection);
        connection.bind(new InetSocketAddress(from, 0));
        connection.connect(new InetSocketAddress("127.0.0.1", port));
        connection.configureBlocking(false);
        connection.write(ByteBuffer.wrap(bytes));
      } catch (final IOException refused) {
        // Which of them are refused is the server's choice.
        continue;
      }
    }
  }

  /** Sends the bytes on each connection, as far as each takes them. */
  void send(final byte[] bytes) {
    for (final SocketChannel connection : connections) {
      try {
        connection.write(ByteBuffer.wrap(bytes));
      } catch (final IOException closed) {
        continue;
      }
    }
  }

  @Override
  public void close() {
    for (final SocketChannel connection : connections) {
      try {
        connection.close();
      } catch (final IOException closed) {
        continue;
      }
    }
  }
}
