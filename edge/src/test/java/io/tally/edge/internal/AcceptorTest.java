package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class AcceptorTest {
  @Test
  void shouldCloseASocketThatNeverBeganToAccept() throws Exception {
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {})) {
      final Acceptor acceptor = new Acceptor(new ConnectionQuota(1), loops.acceptable());
      final Channel listening =
          new ServerBootstrap()
              .group(loops.group())
              .channel(loops.serverChannelClass())
              .handler(acceptor)
              .childHandler(new ChannelInboundHandlerAdapter())
              .bind("127.0.0.1", 0)
              .sync()
              .channel();
      listening.eventLoop().submit(() -> acceptor.end(listening)).get();
      listening.closeFuture().sync();
      assertFalse(listening.isOpen());
    }
  }
}
