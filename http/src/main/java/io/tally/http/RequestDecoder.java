package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.tally.edge.internal.Exchange;
import io.tally.edge.internal.Intake;
import io.tally.edge.internal.RequestReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The only class that reads Netty's HTTP objects: turns a connection's bytes into requests, and
 * refuses a request if a proxy could disagree about where it ends. Decodes no further than its
 * {@link Intake} has room for; the rest waits undecoded.
 */
final class RequestDecoder extends HttpRequestDecoder implements RequestReader {
  private final HttpProtocol protocol;
  private final Intake intake;
  private final HeadRules rules;
  private final LineMeter lines = new LineMeter();
  private final BodyParts body = new BodyParts();
  private HttpRequest current;
  private Verb verb;

  /** Of the current request. */
  private int maxBodyBytes;

  private ChannelHandlerContext context;

  /** The decoder below has seen a part of a head. */
  private boolean headBegun;

  /** Of the head that was read last, in bytes; 0 if it came in parts. */
  private int headLength;

  // The request that is being dispatched; null between two, and if its head was known.
  private HttpRequest complete;
  private byte[] completeBody;
  private int completeLength;

  RequestDecoder(final HttpProtocol protocol, final Intake intake) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(HeadRules.MAX_REQUEST_LINE_BYTES)
            .setMaxHeaderSize(HeadRules.MAX_HEADER_BYTES)
            .setInitialBufferSize(LineMeter.SCRATCH_BYTES)
            .setHeadersFactory(protocol.headers())
            .setTrailersFactory(HeadHeaders.NONE)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.protocol = protocol;
    this.intake = intake;
    rules = new HeadRules();
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public long heldBytes() {
    return internalBuffer().capacity() + body.heldBytes() + lines.heldBytes();
  }

  @Override
  public void forget() {
    forgetRequest();
    internalBuffer().skipBytes(internalBuffer().readableBytes());
    try {
      // The decoder below releases its buffer only after a read that leaves nothing: here an empty
      // one.
      super.channelRead(context, Unpooled.EMPTY_BUFFER);
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
  }

  /** Forgets the request here and in the decoder below, which may hold a part of its head. */
  private void forgetRequest() {
    headBegun = false;
    current = null;
    body.forget();
    lines.onRequestEnd();
    reset();
    try {
      super.decode(context, Unpooled.EMPTY_BUFFER, new ArrayList<>());
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
  }

  @Override
  public void detach(final ChannelHandler successor) {
    internalBuffer().skipBytes(internalBuffer().readableBytes());
    context.pipeline().replace(this, null, successor);
    current = null;
    body.forget();
  }

  @Override
  public void resume() {
    try {
      if (actualReadableBytes() > 0) {
        super.channelRead(context, Unpooled.EMPTY_BUFFER);
      }
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
  }

  /**
   * Replaces the inherited method. That one reads on whenever nothing was passed on from here,
   * which is always so: it would read although reading is paused.
   */
  @Override
  public void channelReadComplete(final ChannelHandlerContext ctx) {
    discardSomeReadBytes();
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    intake.onError(cause);
  }

  @Override
  protected void decode(final ChannelHandlerContext ctx, final ByteBuf in, final List<Object> out)
      throws Exception {
    if (intake.isDone()) {
      intake.onDiscarded(in.readableBytes());
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!intake.tryRead()) {
      return;
    }
    if (intake.isLate()) {
      in.skipBytes(in.readableBytes());
      fault(Refusals.WAITED, current != null && verb == Verb.HEAD, current == null || isWrite());
      return;
    }
    final boolean inHead = current == null;
    final boolean begins = inHead && !headBegun;
    if (begins && protocol.heads().read(in)) {
      onKnown();
      return;
    }
    final int start = in.readerIndex();
    super.decode(ctx, in, out);
    if (inHead) {
      headLength = begins ? in.readerIndex() - start : 0;
      lines.onHead(in, start, in.readerIndex());
      if (out.isEmpty()) {
        // Empty lines in front belong to no request: some clients send one after a body.
        if (LineMeter.firstOfHead(in, start, in.writerIndex()) < in.writerIndex()) {
          headBegun = true;
          intake.onHeadBegun();
        }
        return;
      }
    } else {
      lines.onBody(in.readerIndex() - start, out);
    }
    try {
      for (int i = 0; i < out.size() && !intake.isDone(); i++) {
        onMessage(out.get(i));
      }
    } finally {
      for (int i = 0; i < out.size(); i++) {
        ReferenceCountUtil.release(out.get(i));
      }
      out.clear();
    }
    if (inHead && current != null) {
      intake.onBodyBegun(HeadRules.expectsContinue(current) ? ResponseWriter.CONTINUE : null);
    }
  }

  @Override
  protected void decodeLast(
      final ChannelHandlerContext ctx, final ByteBuf in, final List<Object> out) {
    // The connection is gone, and a request that did not arrive in full must not count.
  }

  @Override
  protected String splitSecondWordInitialLine(
      final byte[] line, final int start, final int length) {
    rules.onTarget(line, start, length);
    return super.splitSecondWordInitialLine(line, start, length);
  }

  /** Leaves out the inherited check of the target: {@link HeadRules#onTarget} is stricter. */
  @Override
  protected HttpMessage createMessage(final String[] line) throws Exception {
    return HttpVersion.HTTP_1_1.text().equals(line[2])
        ? new DefaultHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(line[0]),
            line[1],
            protocol.headers().newHeaders(),
            false)
        : super.createMessage(line);
  }

  /** The request was read without the decoder below. */
  private void onKnown() {
    verb = protocol.heads().verb();
    intake.onRequest(protocol.heads().isLast());
  }

  private void onMessage(final Object message) {
    if (message instanceof HttpRequest request) {
      onHead(request);
    } else if (message instanceof HttpContent content) {
      onContent(content);
    }
  }

  private void onHead(final HttpRequest request) {
    headBegun = false;
    verb = Verb.of(request.method().name());
    final boolean folds = lines.onHeadEnd();
    if (request.decoderResult().isFailure()) {
      fault(HeadRules.headFault(request.decoderResult().cause()), true);
      return;
    }
    Refusal refusal = folds ? Refusals.LINE_FOLDING : rules.check(request);
    if (refusal == null) {
      maxBodyBytes = protocol.maxBodyBytes();
      if (!admitsBody(request, HttpUtil.getContentLength(request, 0L))) {
        refusal = Refusals.BODY_TOO_LARGE;
      }
    }
    if (refusal != null) {
      fault(refusal, isWrite());
      return;
    }
    protocol.heads().learn(request, headLength, protocol.body().length);
    current = request;
    body.begin();
  }

  /** Whether a body may be so long. Only where it is long is it looked up for what it is. */
  private boolean admitsBody(final HttpRequest request, final long length) {
    if (length > maxBodyBytes) {
      maxBodyBytes = protocol.endpoints().maxBodyBytes(verb, request.uri(), maxBodyBytes);
    }
    return length <= maxBodyBytes;
  }

  private void onContent(final HttpContent content) {
    if (content.decoderResult().isFailure()) {
      fault(HeadRules.bodyFault(content.decoderResult().cause()), isWrite());
      return;
    }
    final ByteBuf bytes = content.content();
    final int length = bytes.readableBytes();
    if (!admitsBody(current, (long) body.length() + length)) {
      fault(Refusals.BODY_TOO_LARGE, isWrite());
      return;
    }
    if (length > 0) {
      intake.onBodyBytes();
    }
    final boolean last = content instanceof LastHttpContent;
    if (last && body.length() == 0 && length <= protocol.body().length) {
      bytes.readBytes(protocol.body(), 0, length);
      onEnd(protocol.body(), length);
      return;
    }
    body.append(bytes, verb.hasBody(), maxBodyBytes);
    if (last) {
      onEnd(body.bytes(), body.length());
      body.end();
    }
  }

  private void onEnd(final byte[] bytes, final int length) {
    complete = current;
    completeBody = bytes;
    completeLength = length;
    current = null;
    lines.onRequestEnd();
    intake.onRequest(!HttpUtil.isKeepAlive(complete));
    complete = null;
    completeBody = null;
  }

  @Override
  public void dispatch(final Exchange exchange) {
    final HttpExchange ofHttp = (HttpExchange) exchange;
    if (complete == null) {
      final HeadCache known = protocol.heads();
      protocol
          .endpoints()
          .dispatch(
              verb,
              known.bytes(),
              known.targetStart(),
              known.targetEnd(),
              known.headers(),
              known.bodyStart(),
              known.bodyLength(),
              ofHttp);
      return;
    }
    ofHttp.oldVersion = HeadRules.isOld(complete);
    protocol
        .endpoints()
        .dispatch(verb, complete.uri(), complete.headers(), completeBody, completeLength, ofHttp);
  }

  private void fault(final Refusal refusal, final boolean write) {
    fault(refusal, verb == Verb.HEAD, write);
  }

  private void fault(final Refusal refusal, final boolean head, final boolean write) {
    forgetRequest();
    final HttpExchange exchange = (HttpExchange) intake.onUnreadable();
    exchange.head = head;
    exchange.write = write;
    exchange.refuse(refusal);
    intake.onUnreadableAnswered();
  }

  private boolean isWrite() {
    return verb.mayWrite();
  }
}
