package io.tally.edge.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tally.edge.internal.Cutoff;
import io.tally.edge.internal.Exchange;
import io.tally.edge.internal.Intake;
import io.tally.edge.internal.RequestReader;
import java.util.List;

/** Reads lines, one request each. */
final class LineReader extends ChannelInboundHandlerAdapter implements RequestReader {
  private final LineProtocol protocol;
  private final Intake intake;
  private final ByteBuf unread = Unpooled.buffer();
  private ChannelHandlerContext context;
  private String line;

  LineReader(final LineProtocol protocol, final Intake intake) {
    this.protocol = protocol;
    this.intake = intake;
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object bytes) {
    final ByteBuf read = (ByteBuf) bytes;
    unread.writeBytes(read);
    read.release();
    resume();
  }

  @Override
  public void resume() {
    for (int length = unread.bytesBefore((byte) '\n');
        length >= 0 && !intake.isDone() && intake.tryRead();
        length = unread.bytesBefore((byte) '\n')) {
      line = unread.readCharSequence(length, US_ASCII).toString();
      unread.skipBytes(1);
      intake.onRequest(false);
    }
    if (intake.isDone()) {
      intake.onDiscarded(unread.readableBytes());
      forget();
    }
  }

  @Override
  public void dispatch(final Exchange exchange) {
    final List<String> words = List.of(line.split(" "));
    final LineExchange ofLine = (LineExchange) exchange;
    final int parts = Integer.parseInt(words.get(0));
    ofLine.answers(parts);
    switch (words.get(1)) {
      case "stream" -> ofLine.stream(protocol.service.stream());
      case "later" -> protocol.service.later(ofLine);
      case "forget" -> {
        return;
      }
      case "throw-later" -> {
        protocol.service.later(ofLine);
        throw ScriptedService.FAULT;
      }
      case "complete-asked" -> {
        ofLine.ask(0);
        ofLine.refuse(Cutoff.CLIENT_MEMORY);
      }
      case "unwritable" -> ofLine.completeUnwritable();
      default -> ask(words, ofLine, parts);
    }
  }

  private void ask(final List<String> words, final LineExchange exchange, final int parts) {
    for (int part = 0; part < parts; part++) {
      protocol.service.ask(words.get(part + 1), exchange.replies(), exchange.ask(part));
    }
  }

  @Override
  public long heldBytes() {
    return unread.readableBytes();
  }

  @Override
  public void forget() {
    unread.clear();
  }

  @Override
  public void detach(final ChannelHandler successor) {
    context.pipeline().replace(this, null, successor);
  }
}
