package io.tally.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutException;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.agrona.ErrorHandler;

/**
 * One connection to the metrics port. All answers come from the one rendering thread, and so in
 * order.
 */
final class MetricsHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final CollectorRegistry registry;
  private final Executor renderer;
  private final ErrorHandler errorHandler;

  MetricsHandler(
      final CollectorRegistry registry, final Executor renderer, final ErrorHandler errorHandler) {
    this.registry = registry;
    this.renderer = renderer;
    this.errorHandler = errorHandler;
  }

  @Override
  protected void channelRead0(final ChannelHandlerContext ctx, final FullHttpRequest request) {
    final boolean malformed = request.decoderResult().isFailure();
    final boolean keepAlive = !malformed && HttpUtil.isKeepAlive(request);
    final HttpMethod method = request.method();
    final String path = path(request.uri());
    final String accept = request.headers().get(HttpHeaderNames.ACCEPT);
    try {
      renderer.execute(
          () ->
              send(
                  ctx,
                  malformed
                      ? plain(HttpResponseStatus.BAD_REQUEST, "malformed request\n")
                      : respond(method, path, accept),
                  method.equals(HttpMethod.HEAD),
                  keepAlive));
    } catch (final RejectedExecutionException ex) {
      // Closing, or more scrapes are waiting than can be of use to anybody.
      ctx.close();
    }
  }

  @Override
  public void userEventTriggered(final ChannelHandlerContext ctx, final Object event) {
    // A peer that has closed its side still gets what it asked for: the answers end before the
    // timeout does.
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ctx, final Throwable cause) {
    if (!(cause instanceof IOException || cause instanceof ReadTimeoutException)) {
      errorHandler.onError(cause);
    }
    ctx.close();
  }

  private FullHttpResponse respond(
      final HttpMethod method, final String path, final String accept) {
    final boolean metrics = path.equals("/metrics");
    if (!metrics && !path.equals("/")) {
      return plain(HttpResponseStatus.NOT_FOUND, "not found; metrics are at /metrics\n");
    }
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      final FullHttpResponse response =
          plain(HttpResponseStatus.METHOD_NOT_ALLOWED, "method not allowed\n");
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return response;
    }
    return metrics
        ? render(accept)
        : plain(HttpResponseStatus.OK, "Tally metrics are at /metrics\n");
  }

  private FullHttpResponse render(final String accept) {
    final String contentType = TextFormat.chooseContentType(accept);
    final ByteBuf content = Unpooled.buffer();
    try (Writer writer = new OutputStreamWriter(new ByteBufOutputStream(content), UTF_8)) {
      TextFormat.writeFormat(contentType, writer, registry.metricFamilySamples());
    } catch (final IOException | RuntimeException ex) {
      content.release();
      errorHandler.onError(ex);
      return plain(
          HttpResponseStatus.INTERNAL_SERVER_ERROR, "the metrics could not be collected\n");
    }
    return response(HttpResponseStatus.OK, contentType, content);
  }

  private static FullHttpResponse plain(final HttpResponseStatus status, final String text) {
    return response(status, PLAIN, Unpooled.copiedBuffer(text, UTF_8));
  }

  private static FullHttpResponse response(
      final HttpResponseStatus status, final String contentType, final ByteBuf content) {
    final FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    return response;
  }

  private static void send(
      final ChannelHandlerContext ctx,
      final FullHttpResponse response,
      final boolean head,
      final boolean keepAlive) {
    if (head) {
      response.content().clear();
    }
    HttpUtil.setKeepAlive(response, keepAlive);
    final ChannelFuture sent = ctx.writeAndFlush(response);
    if (!keepAlive) {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static String path(final String target) {
    final int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}
