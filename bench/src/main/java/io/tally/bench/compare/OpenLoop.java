package io.tally.bench.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.agrona.collections.LongArrayQueue;

/**
 * Sends requests at the times of a plan, whatever the server does, and measures each from the time
 * it was to be sent: a server that stalls is charged for every request that should have come
 * meanwhile. One event loop; a connection that has not answered yet is sent the next request behind
 * the last.
 */
final class OpenLoop {
  private static final long NANOS = 1_000_000_000L;
  private static final long LAST_ANSWER_NS = 5 * NANOS;
  private static final long LONGEST_NS = 60 * NANOS;
  private static final long LAG_NS = NANOS / 10;
  private static final int LAG_SHARE = 100;

  /**
   * What was measured, nanoseconds.
   *
   * @param latency from the planned time to the answer.
   * @param lateness from the planned time to the sending: the generator's own part.
   * @param reached whether the last answer came when the plan ended or soon after; if not, the rate
   *     was more than server and generator can do together.
   */
  record Measured(Histogram latency, Histogram lateness, boolean reached) {}

  private final Histogram latency = new Histogram(LONGEST_NS, 3);
  private final Histogram lateness = new Histogram(LONGEST_NS, 3);
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private final double gapNs;
  private final long count;
  private final ByteBuf[] requests;
  private final Lane[] lanes;
  private EventLoop loop;
  private long startNs;
  private long sent;
  private long answered;
  private long lastAnswerNs;

  private OpenLoop(
      final Server server,
      final Ids ids,
      final int connections,
      final int rate,
      final int seconds) {
    gapNs = (double) NANOS / rate;
    count = (long) rate * seconds;
    lanes = new Lane[connections];
    requests = new ByteBuf[ids.count()];
    for (int i = 0; i < requests.length; i++) {
      final String request =
          "%s %s%s%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
              .formatted(
                  server.protocol.method,
                  server.protocol.prefix,
                  ids.id(i),
                  server.protocol.suffix);
      // Of memory that nobody has to release: it is written again and again.
      final ByteBuffer bytes = ByteBuffer.allocateDirect(request.length());
      bytes.put(request.getBytes(StandardCharsets.US_ASCII)).flip();
      requests[i] = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes));
    }
  }

  /** Fails if a request was not answered with 200. */
  static Measured run(
      final Server server, final Ids ids, final int connections, final int rate, final int seconds)
      throws IOException, InterruptedException {
    final OpenLoop run = new OpenLoop(server, ids, connections, rate, seconds);
    final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      run.connect(group, server.port);
      run.loop.execute(run::begin);
      run.finished.get(seconds * NANOS + LAST_ANSWER_NS, TimeUnit.NANOSECONDS);
    } catch (final ExecutionException fault) {
      throw new IOException(server.contestant.title + ": " + fault.getCause().getMessage(), fault);
    } catch (final TimeoutException late) {
      throw new IOException(
          "%s at %d/s: %d of %d requests answered in time"
              .formatted(server.contestant.title, rate, run.answered, run.count),
          late);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
    final long plannedNs = seconds * NANOS;
    final long tookNs = run.lastAnswerNs - run.startNs;
    return new Measured(
        run.latency, run.lateness, tookNs <= plannedNs + plannedNs / LAG_SHARE + LAG_NS);
  }

  private void connect(final EventLoopGroup group, final int port) {
    loop = group.next();
    for (int i = 0; i < lanes.length; i++) {
      final Lane lane = new Lane();
      lane.channel =
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                      channel.pipeline().addLast(lane);
                    }
                  })
              .connect("127.0.0.1", port)
              .syncUninterruptibly()
              .channel();
      lanes[i] = lane;
    }
  }

  private void begin() {
    startNs = System.nanoTime();
    lastAnswerNs = startNs;
    sendDue();
  }

  private void sendDue() {
    final long nowNs = System.nanoTime();
    final long firstSent = sent;
    while (sent < count && plannedNs(sent) <= nowNs) {
      final Lane lane = lanes[(int) (sent % lanes.length)];
      lane.planned.addLong(plannedNs(sent));
      lateness.recordValue(nowNs - plannedNs(sent));
      lane.channel.write(
          requests[(int) (sent % requests.length)].duplicate(), lane.channel.voidPromise());
      sent++;
    }
    final long touched = Math.min(lanes.length, sent - firstSent);
    for (long i = 0; i < touched; i++) {
      lanes[(int) ((firstSent + i) % lanes.length)].channel.flush();
    }
    if (sent < count && !finished.isDone()) {
      final long waitNs = plannedNs(sent) - System.nanoTime();
      loop.schedule(this::sendDue, Math.max(0, waitNs), TimeUnit.NANOSECONDS);
    }
  }

  private long plannedNs(final long number) {
    return startNs + (long) (number * gapNs);
  }

  private void onAnswer(final long plannedNs) {
    lastAnswerNs = System.nanoTime();
    latency.recordValue(Math.min(LONGEST_NS, lastAnswerNs - plannedNs));
    if (++answered == count) {
      finished.complete(null);
    }
  }

  /** One connection: the planned times of its open requests, and a reader of answers. */
  private final class Lane extends ChannelInboundHandlerAdapter {
    private final LongArrayQueue planned = new LongArrayQueue();
    private final AnswerScanner scanner = new AnswerScanner();
    private Channel channel;

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
      final ByteBuf bytes = (ByteBuf) message;
      try {
        final int answers = scanner.scan(bytes);
        for (int i = 0; i < answers; i++) {
          onAnswer(planned.pollLong());
        }
      } catch (final IOException fault) {
        finished.completeExceptionally(fault);
      } finally {
        bytes.release();
      }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
      finished.completeExceptionally(new IOException("a connection was closed"));
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable fault) {
      finished.completeExceptionally(fault);
    }
  }
}
