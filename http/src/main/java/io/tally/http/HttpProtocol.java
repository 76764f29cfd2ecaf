package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.tally.edge.internal.Exchange;
import io.tally.edge.internal.Intake;
import io.tally.edge.internal.Protocol;
import io.tally.edge.internal.RequestReader;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochClock;

/** HTTP/1.1 on one event loop of a port: what all its connections share. Not thread-safe. */
final class HttpProtocol implements Protocol {
  /** Answers of many items are kept for the next ones if they are so small. */
  private static final int MAX_SPARE_ITEM_BYTES = 32 * 1_024;

  private static final int MAX_SPARE_ITEMS = 64;

  /** Heap that answers of many items take at most while no request has them. */
  static final long MAX_SPARE_BYTES = (long) MAX_SPARE_ITEMS * MAX_SPARE_ITEM_BYTES;

  private final int loop;
  private final EndpointTable endpoints;
  private final int maxBodyBytes;
  private final ResponseCounters counters;
  private final ErrorHandler errorHandler;
  private final ResponseWriter writer;
  private final HttpHeadersFactory headers = HeadHeaders.factory(HeadRules.MAX_HEADER_COUNT);
  private final HeadCache heads = new HeadCache();
  private final EventWriter eventWriter = new EventWriter();
  private final byte[] body;
  private final ItemAnswers[] spareItems = new ItemAnswers[MAX_SPARE_ITEMS];
  private int spareItemsCount;

  HttpProtocol(
      final int loop,
      final EndpointTable endpoints,
      final int maxBodyBytes,
      final ResponseCounters counters,
      final ErrorHandler errorHandler,
      final EpochClock clock) {
    this.loop = loop;
    this.endpoints = endpoints;
    this.maxBodyBytes = maxBodyBytes;
    this.counters = counters;
    this.errorHandler = errorHandler;
    writer = new ResponseWriter(clock);
    body = new byte[maxBodyBytes];
  }

  @Override
  public RequestReader newReader(final Intake intake) {
    return new RequestDecoder(this, intake);
  }

  @Override
  public Exchange newExchange() {
    return new HttpExchange(this);
  }

  void write(final ByteBuf out, final HttpExchange exchange, final long nowNs) {
    writer.write(out, exchange, nowNs);
    counters.onResponse(loop, exchange);
  }

  /** The refusal, or an internal error if it was not declared: then it has no counter. */
  Refusal declared(final Refusal refusal, final Endpoint endpoint) {
    if (counters.counts(refusal)) {
      return refusal;
    }
    onError(new IllegalStateException(endpoint.path + " does not declare that it may refuse so"));
    return Refusals.INTERNAL;
  }

  void onError(final Throwable error) {
    errorHandler.onError(error);
  }

  EndpointTable endpoints() {
    return endpoints;
  }

  HttpHeadersFactory headers() {
    return headers;
  }

  HeadCache heads() {
    return heads;
  }

  int maxBodyBytes() {
    return maxBodyBytes;
  }

  ItemAnswers takeItemAnswers() {
    return spareItemsCount == 0 ? new ItemAnswers() : spareItems[--spareItemsCount];
  }

  void giveItemAnswers(final ItemAnswers items) {
    items.clear();
    if (spareItemsCount < MAX_SPARE_ITEMS && items.bytes() <= MAX_SPARE_ITEM_BYTES) {
      spareItems[spareItemsCount++] = items;
    }
  }

  /** For all event streams of the loop. */
  EventWriter eventWriter() {
    return eventWriter;
  }

  /** Scratch for a body that arrived in one piece. */
  byte[] body() {
    return body;
  }
}
