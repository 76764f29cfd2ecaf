package io.tally.edge.internal;

import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;

/**
 * Has the requests of one connection answered: hands each to what answers it, and brings its
 * replies to its exchange. Belongs to its connection.
 */
final class Requests implements ReplyHandler {
  private final EdgeLoop loop;
  private final Connection connection;
  private final Responses responses;

  Requests(final EdgeLoop loop, final Connection connection, final Responses responses) {
    this.loop = loop;
    this.connection = connection;
    this.responses = responses;
  }

  /** Hands over the request that the reader has just read. */
  void dispatch(final RequestReader reader, final boolean last) {
    final Exchange exchange = responses.begin(this);
    final int number = exchange.number();
    if (last || loop.goingAway()) {
      exchange.endConnection(loop.goingAway());
      connection.takeNoMore();
    }
    boolean failed = false;
    try {
      reader.dispatch(exchange);
    } catch (final RuntimeException ex) {
      failed = true;
      loop.onError(ex);
    }
    // If it was answered and written before dispatch returned, it is there no more.
    if (responses.get(number) != null) {
      if (!failed && exchange.isForgotten()) {
        failed = true;
        loop.onError(new IllegalStateException(exchange + " was neither answered nor asked for"));
      }
      if (failed && !exchange.ready) {
        abort(exchange);
      }
      responses.countBytes(exchange);
    }
  }

  /** The request that is dispatched has so many more parts than before. */
  void onParts(final int more) {
    loop.share().onParts(more);
  }

  /**
   * Answers the request, because nothing else may ever do so, and ends the connection. A reply that
   * comes after all finds no request of its number, and is ignored.
   */
  private void abort(final Exchange exchange) {
    exchange.abort(Cutoff.FAULT);
    exchange.endConnection(true);
    connection.takeNoMore();
  }

  /** Makes the exchange the last one, whose response a stream goes on with; or says why not. */
  Cutoff goOn(final Exchange exchange, final ResponseStream stream) {
    if (responses.last() != exchange) {
      throw new IllegalStateException("requests behind the one that is to be a stream were read");
    }
    final Cutoff cutoff = loop.streams().tryOpen();
    if (cutoff == null) {
      exchange.endConnection(false);
      connection.takeNoMore();
      responses.goOn(stream);
    }
    return cutoff;
  }

  /** Begins an exchange that is to be completed at once, and is the last of the connection. */
  Exchange beginLast() {
    final Exchange exchange = responses.begin(this);
    exchange.endConnection(true);
    return exchange;
  }

  @Override
  public void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Exchange exchange = awaiting(cookie);
    if (exchange != null) {
      exchange.onReply(
          cookie, outcome, serviceCode, shardIncarnation, replayed, buffer, offset, length);
      if (outcome == Outcome.CLOSING) {
        connection.endInput();
      }
      if (exchange.ready) {
        responses.countBytes(exchange);
        connection.write();
      }
    }
  }

  /** Any thread. */
  void completeLater(final long cookie, final Runnable answer) {
    loop.run(() -> complete(cookie, answer));
  }

  private void complete(final long cookie, final Runnable answer) {
    final Exchange exchange = awaiting(cookie);
    if (exchange != null) {
      loop.onRead();
      exchange.onCompletion(answer);
      responses.countBytes(exchange);
      connection.write();
      connection.account();
      loop.wake();
    }
  }

  /** The exchange that a part is for; null if it answers nobody any more. */
  private Exchange awaiting(final long cookie) {
    final Exchange exchange = responses.get(Exchange.number(cookie));
    if (exchange == null || exchange.ready) {
      // The request was refused because its dispatch failed, although it had been handed over.
      return null;
    }
    if (!connection.isClosed()) {
      return exchange;
    }
    if (exchange.drop()) {
      loop.onDropped(exchange);
    }
    return null;
  }

  void onFault(final RuntimeException fault) {
    loop.onError(fault);
  }

  long nowNs() {
    return loop.nowNs();
  }
}
