package io.tally.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.agrona.CloseHelper;

/** Many connections that send what they are given, as long as it is taken, and read nothing. */
final class Flood implements AutoCloseable {
  /** After so long without any byte taken, no more will be. */
  private static final long QUIET_MS = 300;

  private final Selector selector;

  Flood() {
    try {
      selector = Selector.open();
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /** Opens connections from an address of this machine, and sends the bytes on each. */
  void open(final int port, final String from, final int count, final byte[] bytes) {
    for (int i = 0; i < count; i++) {
      SocketChannel connection = null;
      try {
        connection = SocketChannel.open();
        connection.bind(new InetSocketAddress(from, 0));
        connection.connect(new InetSocketAddress("127.0.0.1", port));
        connection.configureBlocking(false);
        connection.register(selector, SelectionKey.OP_WRITE, ByteBuffer.wrap(bytes));
      } catch (final IOException refused) {
        // Which of them are refused is the server's choice.
        CloseHelper.quietClose(connection);
      }
    }
    push();
  }

  /** Sends the bytes on each connection behind what it has not taken yet. */
  void send(final byte[] bytes) {
    for (final SelectionKey key : selector.keys()) {
      if (key.isValid() && key.attachment() instanceof ByteBuffer rest && !rest.hasRemaining()) {
        key.attach(ByteBuffer.wrap(bytes));
        key.interestOps(SelectionKey.OP_WRITE);
      }
    }
    push();
  }

  private void push() {
    try {
      while (selector.select(this::write, QUIET_MS) > 0) {
        Thread.onSpinWait();
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  private void write(final SelectionKey key) {
    final ByteBuffer rest = (ByteBuffer) key.attachment();
    try {
      ((SocketChannel) key.channel()).write(rest);
      if (!rest.hasRemaining()) {
        key.interestOps(0);
      }
    } catch (final IOException | CancelledKeyException closed) {
      key.cancel();
      CloseHelper.quietClose(key.channel());
    }
  }

  @Override
  public void close() {
    selector.keys().forEach(key -> CloseHelper.quietClose(key.channel()));
    CloseHelper.quietClose(selector);
  }
}
