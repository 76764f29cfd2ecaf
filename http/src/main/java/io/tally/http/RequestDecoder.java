package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.ContentLengthNotAllowedException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.TransferEncodingNotAllowedException;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.MathUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The only class that sees Netty's HTTP objects: turns a connection's bytes into {@link Request}s,
 * and refuses whatever two readers might frame differently. Decodes no further than its {@link
 * Connection} has room for; the rest waits undecoded.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final AsciiString IDEMPOTENCY_KEY = AsciiString.cached("idempotency-key");
  private static final int INITIAL_BODY_BYTES = 256;
  private static final int KEPT_BODY_BYTES = 1_024;

  /** Heap that a header takes beside its characters. */
  private static final int LINE_BYTES = 160;

  /** What the decoder below has at first for a line that it reads. */
  private static final int SCRATCH_BYTES = HttpObjectDecoder.DEFAULT_INITIAL_BUFFER_SIZE;

  private static final byte[] NO_BODY = {};

  private final LoopState loop;
  private final Limits limits;
  private final long acceptableSinceNs;
  private Connection connection;
  private HttpRequest current;
  private Verb verb;
  private byte[] body = NO_BODY;
  private int bodyLength;
  private long headBytes;
  private int scratchBytes = SCRATCH_BYTES;
  private boolean lineBegins;
  private boolean folded;
  private boolean wellFormedTarget;
  private String validHost = "";
  private ChannelHandlerContext context;

  RequestDecoder(final LoopState loop, final long acceptableSinceNs) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(Limits.MAX_REQUEST_LINE_BYTES)
            .setMaxHeaderSize(Limits.MAX_HEADER_BYTES)
            .setHeadersFactory(loop.headers())
            .setTrailersFactory(HeadHeaders.NONE)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.loop = loop;
    this.limits = loop.limits();
    this.acceptableSinceNs = acceptableSinceNs;
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext ctx) {
    loop.onRead();
    context = ctx;
    connection = new Connection(loop, ctx, this, acceptableSinceNs);
  }

  @Override
  public void channelRead(final ChannelHandlerContext ctx, final Object bytes) throws Exception {
    loop.onRead();
    connection.onRead();
    super.channelRead(ctx, bytes);
    connection.account();
    loop.wake();
  }

  /**
   * What this keeps of a request that is not complete, of what was not decoded, and for the longest
   * line that it has seen.
   */
  long heldBytes() {
    return internalBuffer().capacity() + headBytes + body.length + scratchBytes - SCRATCH_BYTES;
  }

  /** Lets go of what it keeps; the connection takes no more. Not to be called while it decodes. */
  void forget() {
    forgetRequest();
    internalBuffer().skipBytes(internalBuffer().readableBytes());
    try {
      // The decoder below releases its buffer when it is given something and nothing is left.
      super.channelRead(context, Unpooled.EMPTY_BUFFER);
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
  }

  /** The decoder below has a part of the head too. */
  private void forgetRequest() {
    current = null;
    body = NO_BODY;
    headBytes = 0;
    reset();
    try {
      super.decode(context, Unpooled.EMPTY_BUFFER, new ArrayList<>());
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
  }

  /** Leaves the connection, which is closed, with all that it keeps. */
  void detach() {
    internalBuffer().skipBytes(internalBuffer().readableBytes());
    context.pipeline().replace(this, null, loop.closedConnections());
    current = null;
    body = NO_BODY;
  }

  /** Goes on with what was left undecoded for want of room. */
  void resume() {
    try {
      if (actualReadableBytes() > 0) {
        super.channelRead(context, Unpooled.EMPTY_BUFFER);
      }
    } catch (final Exception ex) {
      exceptionCaught(context, ex);
    }
    loop.wake();
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext ctx) {
    if (isDrained(ctx.channel())) {
      connection.onDrained();
    }
    // Not the inherited one: it reads on although reading was stopped, since nothing is ever passed
    // on from here.
    discardSomeReadBytes();
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      connection.onWritable();
    }
  }

  @Override
  public void userEventTriggered(final ChannelHandlerContext ctx, final Object event) {
    // The inherited one would drop what is still undecoded.
    if (event instanceof ChannelInputShutdownEvent) {
      loop.onRead();
      connection.onPeerDone();
    }
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ctx) throws Exception {
    connection.onClosed();
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    final Throwable error = cause.getCause() instanceof Error ? cause.getCause() : cause;
    if (!(error instanceof IOException)) {
      loop.onError(error);
    }
    if (connection == null) {
      ctx.close();
    } else {
      connection.end();
    }
  }

  @Override
  protected void decode(final ChannelHandlerContext ctx, final ByteBuf in, final List<Object> out)
      throws Exception {
    if (connection.inputDone()) {
      connection.onDiscarded(in.readableBytes());
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!connection.tryDecode()) {
      return;
    }
    if (connection.isLate()) {
      in.skipBytes(in.readableBytes());
      fault(Refusal.WAITED, current != null && verb == Verb.HEAD, current == null || isWrite());
      return;
    }
    final boolean inHead = current == null;
    final int start = in.readerIndex();
    super.decode(ctx, in, out);
    if (inHead) {
      noteLines(in, start, in.readerIndex());
      if (out.isEmpty()) {
        // Empty lines in front belong to no request: some clients send one behind a body.
        if (firstOfHead(in, start, in.writerIndex()) < in.writerIndex()) {
          connection.onHeadBegun();
        }
        return;
      }
    } else {
      noteChunkLines(in.readerIndex() - start, out);
    }
    try {
      for (int i = 0; i < out.size() && !connection.inputDone(); i++) {
        onMessage(out.get(i));
      }
    } finally {
      for (int i = 0; i < out.size(); i++) {
        ReferenceCountUtil.release(out.get(i));
      }
      out.clear();
    }
    if (inHead && current != null) {
      connection.onBodyBegun(expectsContinue(current));
    }
  }

  @Override
  protected void decodeLast(
      final ChannelHandlerContext ctx, final ByteBuf in, final List<Object> out) {
    // The connection is gone, and a request that did not arrive in full must not count.
  }

  @Override
  protected void handlerRemoved0(final ChannelHandlerContext ctx) throws Exception {
    connection.onClosed();
    super.handlerRemoved0(ctx);
  }

  /** Sees the target as it came: the decoder below takes some control characters for spaces. */
  @Override
  protected String splitSecondWordInitialLine(
      final byte[] line, final int start, final int length) {
    wellFormedTarget = TargetParser.isWellFormed(line, start, length);
    return super.splitSecondWordInitialLine(line, start, length);
  }

  private void onMessage(final Object message) {
    if (message instanceof HttpRequest request) {
      onHead(request);
    } else if (message instanceof HttpContent content) {
      onContent(content);
    }
  }

  private void onHead(final HttpRequest request) {
    verb = Verb.of(request.method().name());
    final boolean folds = folded;
    folded = false;
    lineBegins = false;
    if (request.decoderResult().isFailure()) {
      fault(headFault(request.decoderResult().cause()), true);
      return;
    }
    final Refusal refusal = folds ? Refusal.LINE_FOLDING : check(request);
    if (refusal != null) {
      fault(refusal, isWrite());
      return;
    }
    current = request;
    bodyLength = 0;
  }

  private void onContent(final HttpContent content) {
    if (content.decoderResult().isFailure()) {
      fault(bodyFault(content.decoderResult().cause()), isWrite());
      return;
    }
    final ByteBuf bytes = content.content();
    final int length = bytes.readableBytes();
    if (length > limits.maxBodyBytes() - bodyLength) {
      fault(Refusal.BODY_TOO_LARGE, isWrite());
      return;
    }
    if (length > 0) {
      connection.onBodyBytes();
    }
    final boolean last = content instanceof LastHttpContent;
    if (last && bodyLength == 0) {
      bytes.readBytes(loop.body(), 0, length);
      onEnd(loop.body(), length);
      return;
    }
    append(bytes, length);
    if (last) {
      onEnd(body, bodyLength);
      if (body.length > KEPT_BODY_BYTES) {
        body = NO_BODY;
      }
    }
  }

  private void append(final ByteBuf bytes, final int length) {
    if (verb == Verb.POST) {
      if (body.length - bodyLength < length) {
        final int doubled = Math.max(INITIAL_BODY_BYTES, 2 * (bodyLength + length));
        body = Arrays.copyOf(body, Math.min(doubled, limits.maxBodyBytes()));
      }
      bytes.readBytes(body, bodyLength, length);
    }
    bodyLength += length;
  }

  private void onEnd(final byte[] bytes, final int length) {
    final Request request = loop.request();
    request.route = request.target.parse(current.uri());
    request.verb = verb;
    request.oldVersion = isOld(current);
    request.keepAlive = HttpUtil.isKeepAlive(current);
    request.refusal = null;
    request.key.clear();
    if (request.route == Route.INCREMENT && verb == Verb.POST) {
      request.refusal = loop.amounts().parse(bytes, 0, length);
      request.amount = loop.amounts().amount();
      if (request.refusal == null) {
        request.refusal = key(request.key, current.headers());
      }
    }
    if (request.route == Route.METRICS) {
      request.accept = current.headers().getAll(HttpHeaderNames.ACCEPT);
      request.acceptEncoding = current.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING);
    }
    current = null;
    headBytes = 0;
    connection.onRequest(request);
  }

  private static Refusal key(final IdempotencyKey key, final HttpHeaders headers) {
    if (!headers.contains(IDEMPOTENCY_KEY)) {
      return null;
    }
    final List<String> values = headers.getAll(IDEMPOTENCY_KEY);
    return values.size() > 1 ? Refusal.KEY_REPEATED : key.parse(values.get(0));
  }

  private Refusal check(final HttpRequest request) {
    final HttpVersion version = request.protocolVersion();
    final HttpHeaders headers = request.headers();
    if (version.majorVersion() != 1) {
      return Refusal.VERSION;
    }
    if (headers.size() > Limits.MAX_HEADER_COUNT) {
      return Refusal.HEADERS_TOO_LARGE;
    }
    if (!wellFormedTarget) {
      return Refusal.TARGET;
    }
    final Refusal framing = checkFraming(request, headers);
    if (framing != null) {
      return framing;
    }
    if (headers.contains(HttpHeaderNames.CONTENT_ENCODING) && isCoded(headers)) {
      return Refusal.CONTENT_ENCODING;
    }
    if (HttpUtil.getContentLength(request, 0L) > limits.maxBodyBytes()) {
      return Refusal.BODY_TOO_LARGE;
    }
    final boolean expects = !isOld(request) && headers.contains(HttpHeaderNames.EXPECT);
    return expects && !expectsContinue(request) ? Refusal.EXPECTATION : null;
  }

  private Refusal checkFraming(final HttpRequest request, final HttpHeaders headers) {
    if (headers instanceof HeadHeaders head && head.hasRepeatedLength()) {
      return Refusal.LENGTH_AMBIGUOUS;
    }
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      final List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
      if (codings.size() != 1
          || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))) {
        return Refusal.TRANSFER_ENCODING;
      }
    }
    // An old WebSocket draft has bodies without a length, which the decoder below honours.
    if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
      return Refusal.MALFORMED;
    }
    final List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty()) {
      return isOld(request) ? null : Refusal.HOST;
    }
    return hosts.size() == 1 && isValidHost(hosts.get(0)) ? null : Refusal.HOST;
  }

  /** It is the same for every request of a connection, or nearly every. */
  private boolean isValidHost(final String host) {
    if (host.equals(validHost)) {
      return true;
    }
    if (!HostField.isValid(host)) {
      return false;
    }
    validHost = host;
    return true;
  }

  /** Whether a content coding is named other than "identity", which says that there is none. */
  private static boolean isCoded(final HttpHeaders headers) {
    for (final String line : headers.getAll(HttpHeaderNames.CONTENT_ENCODING)) {
      for (final String coding : line.split(",")) {
        if (!coding.isBlank()
            && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding.strip())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Refusal headFault(final Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Refusal.LINE_TOO_LONG;
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Refusal.HEADERS_TOO_LARGE;
    }
    if (cause instanceof ContentLengthNotAllowedException) {
      return Refusal.LENGTH_AMBIGUOUS;
    }
    if (cause instanceof TransferEncodingNotAllowedException) {
      return Refusal.TRANSFER_ENCODING;
    }
    return Refusal.MALFORMED;
  }

  private static Refusal bodyFault(final Throwable cause) {
    return cause instanceof TooLongHttpHeaderException
        ? Refusal.HEADERS_TOO_LARGE
        : Refusal.MALFORMED;
  }

  private void fault(final Refusal refusal, final boolean write) {
    fault(refusal, verb == Verb.HEAD, write);
  }

  private void fault(final Refusal refusal, final boolean head, final boolean write) {
    forgetRequest();
    connection.onFault(refusal, head, write);
  }

  private boolean isWrite() {
    return verb == Verb.POST;
  }

  /** A read that was given less than it asked for has emptied the socket. */
  private static boolean isDrained(final Channel channel) {
    return channel.unsafe().recvBufAllocHandle().lastBytesRead()
        < channel.unsafe().recvBufAllocHandle().attemptedBytesRead();
  }

  /**
   * The decoder below joins folded lines before anybody can see them, so the bytes that it read are
   * looked at; and it keeps an object or two for each line.
   */
  private void noteLines(final ByteBuf in, final int start, final int end) {
    int line = headBytes == 0 ? firstOfHead(in, start, end) : start;
    boolean begins = lineBegins || line > start;
    headBytes += 2 * (end - line);
    while (line < end) {
      if (begins && (in.getByte(line) == ' ' || in.getByte(line) == '\t')) {
        folded = true;
      }
      final int lineFeed = in.indexOf(line, end, (byte) '\n');
      begins = lineFeed >= 0;
      headBytes += begins ? LINE_BYTES : 0;
      noteLine((begins ? lineFeed : end) - line);
      line = begins ? lineFeed + 1 : end;
    }
    lineBegins = begins;
  }

  /** Lengths of chunks, and trailers: what is read of a body beside its content. */
  private void noteChunkLines(final int readBytes, final List<Object> messages) {
    int bytes = readBytes;
    for (int i = 0; i < messages.size(); i++) {
      bytes -= ((HttpContent) messages.get(i)).content().readableBytes();
    }
    noteLine(bytes);
    if (messages.isEmpty()) {
      headBytes += 2L * bytes;
    }
  }

  /** The decoder below copies each line, and keeps the room that the longest one took. */
  private void noteLine(final int length) {
    if (length > scratchBytes) {
      final int longest = Math.max(Limits.MAX_REQUEST_LINE_BYTES, Limits.MAX_HEADER_BYTES);
      scratchBytes = MathUtil.findNextPositivePowerOfTwo(Math.min(length, longest));
    }
  }

  private static boolean isOld(final HttpRequest request) {
    return request.protocolVersion().minorVersion() == 0;
  }

  /** Whether there is an expectation, and none but this. */
  private static boolean expectsContinue(final HttpRequest request) {
    if (isOld(request) || !request.headers().contains(HttpHeaderNames.EXPECT)) {
      return false;
    }
    for (final String line : request.headers().getAll(HttpHeaderNames.EXPECT)) {
      for (final String expectation : line.split(",", -1)) {
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation.strip())) {
          return false;
        }
      }
    }
    return true;
  }

  /** Where the first line that is not empty begins, or the end. */
  private static int firstOfHead(final ByteBuf in, final int start, final int end) {
    int line = start;
    while (line < end && (in.getByte(line) == '\r' || in.getByte(line) == '\n')) {
      line++;
    }
    return line;
  }
}
