package io.tally.transport.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nats.client.Options;
import io.nats.client.impl.SocketDataPortWithWriteTimeout;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The socket of a connection of jnats, where frames go past the library: who publishes one writes
 * it, and the library's reader hands it to its listener. In the library each would take two queues,
 * two threads to be woken and twice the memory. All else is the library's: to connect, log in,
 * encrypt, and notice the end. Frames wait for more, until they are flushed. What is here is a
 * client's side of the commands SUB, UNSUB, PUB and MSG.
 */
public final class FramePort extends SocketDataPortWithWriteTimeout {
  /** As many bytes of frames leave together, at most, unless one alone is longer. */
  private static final int GATHERED_BYTES = 1 << 17;

  private static final byte[] END = "\r\n".getBytes(ISO_8859_1);

  private final FrameInput input = new FrameInput(super::read);
  private final AtomicLong subscriptions = new AtomicLong();

  /** The library's writer and the publisher take turns. */
  private final Object writing = new Object();

  /** Frames that were published and have not left. */
  private byte[] outgoing = {};

  private int outgoingLength;

  /** For the library, which makes it by its name. */
  public FramePort() {
    // Connected later.
  }

  @Override
  public void afterConstruct(final Options options) {
    super.afterConstruct(options);
    ((JnatsClient) options.getConnectionListener()).port(this);
  }

  @Override
  public void upgradeToSecure() throws IOException {
    if (!input.isEmpty()) {
      throw new IOException("something was sent in the clear that belongs to what is encrypted");
    }
    super.upgradeToSecure();
  }

  /** Returns the name of the subscription. */
  String subscribe(final String subject, final FrameListener listener) throws IOException {
    final String name = "f" + subscriptions.incrementAndGet();
    input.add(name, listener);
    send("SUB " + subject + " " + name);
    return name;
  }

  void unsubscribe(final String name) throws IOException {
    input.remove(name);
    send("UNSUB " + name);
  }

  /** Blocks while the socket does not take the frames before, if these leave no room. */
  void publish(final String subject, final byte[] memory, final int frameLength)
      throws IOException {
    final byte[] command = ("PUB " + subject + " " + frameLength + "\r\n").getBytes(ISO_8859_1);
    final int length = command.length + frameLength + END.length;
    synchronized (writing) {
      if (length > outgoing.length - outgoingLength) {
        writeFrames();
      }
      if (length > outgoing.length) {
        outgoing = new byte[Math.max(length, GATHERED_BYTES)];
      }
      append(command, command.length);
      append(memory, frameLength);
      append(END, END.length);
    }
  }

  private void append(final byte[] bytes, final int length) {
    System.arraycopy(bytes, 0, outgoing, outgoingLength, length);
    outgoingLength += length;
  }

  /** Blocks until the socket has taken all frames. */
  void flushFrames() throws IOException {
    synchronized (writing) {
      writeFrames();
    }
  }

  private void writeFrames() throws IOException {
    final int length = outgoingLength;
    if (length > 0) {
      outgoingLength = 0;
      super.write(outgoing, length);
    }
  }

  private void send(final String command) throws IOException {
    final byte[] bytes = (command + "\r\n").getBytes(ISO_8859_1);
    write(bytes, bytes.length);
  }

  @Override
  public void write(final byte[] source, final int length) throws IOException {
    synchronized (writing) {
      writeFrames();
      super.write(source, length);
    }
  }

  @Override
  public int read(final byte[] target, final int offset, final int length) throws IOException {
    try {
      return input.read(target, offset, length);
    } catch (final RuntimeException e) {
      // The library knows only these as the end of its connection.
      throw new IOException(e);
    }
  }
}
