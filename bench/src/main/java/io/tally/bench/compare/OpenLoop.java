package io.tally.bench.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.collections.LongArrayQueue;

/**
 * Sends requests at the times of a plan, whatever the server does: a server that stalls is charged
 * for every request that should have come meanwhile. One event loop; a connection that has not
 * answered yet is sent the next request behind the last.
 */
final class OpenLoop {
  private static final long NANOS = 1_000_000_000L;
  private static final long LAST_ANSWER_NS = 5 * NANOS;
  private static final long RECONNECT_MS = 10;

  /** A rate, in requests a second, that is offered for some seconds. */
  record Phase(int rate, int seconds) {}

  /**
   * What is offered.
   *
   * @param ids counters, incremented in turn.
   * @param connections the requests go to, in turn.
   * @param depth most unanswered requests of one connection; what is due beyond is not sent.
   * @param turnNs shortest time between two turns of sending: at high rates the generator would
   *     else take a processor for itself.
   * @param phases one after the other, without a pause.
   */
  record Load(Ids ids, int connections, int depth, long turnNs, List<Phase> phases) {
    int seconds() {
      return phases.stream().mapToInt(Phase::seconds).sum();
    }
  }

  /** Is told what becomes of each request, on the generator's loop; an exception ends the run. */
  interface Listener {
    void onStart(long startNs);

    void onSent(long plannedNs, long sentNs);

    void onUnsent(long plannedNs) throws IOException;

    void onAnswer(long plannedNs, long answeredNs, int status) throws IOException;

    /** Its connection was closed, or no answer came: it may have been counted. */
    void onLost(long plannedNs) throws IOException;
  }

  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private final Load load;
  private final Listener listener;
  private final byte[][] requests;
  private final Lane[] lanes;
  private final List<Lane> touched = new ArrayList<>();
  private EventLoop loop;
  private int phase;
  private long phaseStartNs;
  private long sentInPhase;
  private long plannedNs;
  private long number;
  private long open;

  private OpenLoop(final Server server, final Load load, final Listener listener) {
    this.load = load;
    this.listener = listener;
    lanes = new Lane[load.connections()];
    requests = new byte[load.ids().count()][];
    for (int i = 0; i < requests.length; i++) {
      requests[i] =
          "%s %s%s%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
              .formatted(
                  server.protocol.method,
                  server.protocol.prefix,
                  load.ids().id(i),
                  server.protocol.suffix)
              .getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** Returns when every request has its end. */
  static void run(final Server server, final Load load, final Listener listener)
      throws IOException, InterruptedException {
    final OpenLoop run = new OpenLoop(server, load, listener);
    final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      run.loop = group.next();
      for (int i = 0; i < run.lanes.length; i++) {
        run.lanes[i] = run.new Lane(server.ports.get(i % server.ports.size()));
        run.lanes[i].connect().syncUninterruptibly();
      }
      run.loop.execute(run::begin);
      run.await();
    } catch (final ExecutionException fault) {
      throw new IOException(server.contestant.title + ": " + fault.getCause().getMessage(), fault);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private void await() throws ExecutionException, InterruptedException {
    try {
      finished.get(load.seconds() * NANOS + LAST_ANSWER_NS, TimeUnit.NANOSECONDS);
    } catch (final TimeoutException unanswered) {
      loop.execute(this::giveUp);
      finished.get();
    }
  }

  private void begin() {
    phaseStartNs = System.nanoTime();
    plannedNs = phaseStartNs;
    listener.onStart(phaseStartNs);
    sendDue();
  }

  private void sendDue() {
    final long nowNs = System.nanoTime();
    try {
      while (!allSent() && plannedNs - nowNs <= 0) {
        sendNext(nowNs);
      }
    } catch (final IOException fault) {
      finished.completeExceptionally(fault);
    }
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flush();
    }
    touched.clear();
    if (allSent()) {
      finishIfAnswered();
    } else if (!finished.isDone()) {
      final long waitNs = plannedNs - System.nanoTime();
      loop.schedule(this::sendDue, Math.max(load.turnNs(), waitNs), TimeUnit.NANOSECONDS);
    }
  }

  private boolean allSent() {
    return phase == load.phases().size();
  }

  private void sendNext(final long nowNs) throws IOException {
    final Lane lane = lanes[(int) (number % lanes.length)];
    if (lane.isOpen() && lane.planned.size() < load.depth()) {
      lane.send(requests[(int) (number % requests.length)]);
      listener.onSent(plannedNs, nowNs);
    } else {
      listener.onUnsent(plannedNs);
    }
    number++;
    sentInPhase++;
    final Phase current = load.phases().get(phase);
    if (sentInPhase == (long) current.rate() * current.seconds()) {
      phaseStartNs += current.seconds() * NANOS;
      sentInPhase = 0;
      phase++;
    }
    if (!allSent()) {
      plannedNs = phaseStartNs + sentInPhase * NANOS / load.phases().get(phase).rate();
    }
  }

  private void finishIfAnswered() {
    if (allSent() && open == 0) {
      finished.complete(null);
    }
  }

  private void giveUp() {
    for (final Lane lane : lanes) {
      lane.lose();
    }
    if (!allSent()) {
      finished.completeExceptionally(new IOException("the generator is behind its own plan"));
    }
  }

  /**
   * One connection after the other: the planned times of its open requests, and a reader of
   * answers.
   */
  @ChannelHandler.Sharable
  private final class Lane extends ChannelInboundHandlerAdapter implements AnswerScanner.Sink {
    private final LongArrayQueue planned = new LongArrayQueue();
    private final int port;
    private AnswerScanner scanner;
    private Channel channel;
    private ByteBuf out;
    private long nowNs;

    private Lane(final int port) {
      this.port = port;
    }

    private ChannelFuture connect() {
      scanner = new AnswerScanner(this);
      return new Bootstrap()
          .group(loop)
          .channel(EpollSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(final Channel opened) {
                  opened.pipeline().addLast(Lane.this);
                }
              })
          .connect("127.0.0.1", port);
    }

    private boolean isOpen() {
      return channel != null;
    }

    private void send(final byte[] request) {
      if (out == null) {
        out = channel.alloc().buffer();
        touched.add(this);
      }
      out.writeBytes(request);
      planned.addLong(plannedNs);
      open++;
    }

    private void flush() {
      if (channel == null) {
        out.release();
      } else {
        channel.writeAndFlush(out, channel.voidPromise());
      }
      out = null;
    }

    private void lose() {
      try {
        while (!planned.isEmpty()) {
          open--;
          listener.onLost(planned.pollLong());
        }
        finishIfAnswered();
      } catch (final IOException fault) {
        finished.completeExceptionally(fault);
      }
    }

    @Override
    public void onAnswer(final int status) throws IOException {
      if (planned.isEmpty()) {
        throw new IOException("an answer too many, of status " + status);
      }
      open--;
      listener.onAnswer(planned.pollLong(), nowNs, status);
    }

    @Override
    public void channelActive(final ChannelHandlerContext context) {
      channel = context.channel();
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
      final ByteBuf bytes = (ByteBuf) message;
      nowNs = System.nanoTime();
      try {
        scanner.scan(bytes);
        finishIfAnswered();
      } catch (final IOException fault) {
        finished.completeExceptionally(fault);
      } finally {
        bytes.release();
      }
    }

    /** A client that was cut off comes again. */
    @Override
    public void channelInactive(final ChannelHandlerContext context) {
      channel = null;
      lose();
      if (!allSent() && !finished.isDone()) {
        loop.schedule(this::reconnect, RECONNECT_MS, TimeUnit.MILLISECONDS);
      }
    }

    private void reconnect() {
      connect()
          .addListener(
              connected -> {
                if (!connected.isSuccess() && !allSent() && !finished.isDone()) {
                  loop.schedule(this::reconnect, RECONNECT_MS, TimeUnit.MILLISECONDS);
                }
              });
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable fault) {
      if (fault instanceof IOException) {
        // Cut off; what was under way is lost when the channel is inactive.
        context.close();
      } else {
        finished.completeExceptionally(fault);
      }
    }
  }
}
