package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.tally.edge.Cutoff;
import io.tally.edge.Exchange;
import io.tally.engine.Outcome;
import org.agrona.DirectBuffer;

/** One HTTP request of a connection until its response is written: what the response needs. */
public final class HttpExchange extends Exchange {
  private static final int INITIAL_ID_BYTES = 32;
  static final int MAX_INTEGERS = 4;

  byte[] id = new byte[INITIAL_ID_BYTES];
  int idLength;
  Resource resource;
  Endpoint endpoint;
  boolean head;
  boolean write;
  boolean oldVersion;
  boolean replayed;
  Refusal refusal;
  Page page;
  long incarnation;
  private int refusalCode;

  // Nearly every answer has one integer, and an array would be another line of the cache to fetch.
  private long first;
  private long[] others;
  private final HttpProtocol protocol;

  HttpExchange(final HttpProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  protected void reset() {
    idLength = 0;
    resource = Resource.NONE;
    endpoint = null;
    head = false;
    write = false;
    oldVersion = false;
    replayed = false;
    refusal = null;
    page = null;
    incarnation = 0;
    refusalCode = 0;
    // An answer whose service forgets to set one must not show that of another client.
    first = 0;
    others = null;
  }

  /**
   * What tells the reply to this request from all others. To be asked with, together with {@link
   * #replies}, since the exchange waits for it from now on.
   *
   * @return the cookie.
   */
  public long cookie() {
    return cookie(0);
  }

  /**
   * The id of the path.
   *
   * @return holds the id from its start; not to be changed, and valid until the response.
   */
  public byte[] id() {
    return id;
  }

  /**
   * Length of the id of the path.
   *
   * @return bytes.
   */
  public int idLength() {
    return idLength;
  }

  /**
   * Why the service refused, by its own numbers. For the row that reads its reply.
   *
   * @return 1 to 255; 0 if it did not.
   */
  public int serviceCode() {
    return refusalCode;
  }

  /** Grows the array, once, so that it holds any id. */
  void reserveId(final int length) {
    if (id.length < length) {
      id = new byte[PathId.MAX_BYTES];
    }
  }

  /**
   * Sets an integer of the answer.
   *
   * @param index in the endpoint's {@link AnswerShape}, below 4.
   * @param value to be shown.
   */
  public void integer(final int index, final long value) {
    if (index == 0) {
      first = value;
      return;
    }
    if (others == null) {
      others = new long[MAX_INTEGERS - 1];
    }
    others[index - 1] = value;
  }

  long integer(final int index) {
    if (index == 0) {
      return first;
    }
    return others == null ? 0 : others[index - 1];
  }

  /**
   * Answers with a refusal.
   *
   * @param reason one that the endpoint declares.
   */
  public void refuse(final Refusal reason) {
    refusal = protocol.declared(reason, endpoint);
    complete();
  }

  void answer(final Page answer) {
    page = answer;
    complete();
  }

  @Override
  protected void onReply(
      final int part,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean wasReplayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    incarnation = shardIncarnation;
    refusalCode = serviceCode;
    replayed = wasReplayed;
    if (outcome != Outcome.ANSWERED) {
      refusal = Refusals.of(outcome);
    } else if (!isRead(buffer, offset, length)) {
      refusal = Refusals.INTERNAL;
    }
  }

  /**
   * Reads a reply. An exception of the service ends here, because the caller has other replies to
   * deliver.
   */
  private boolean isRead(final DirectBuffer buffer, final int offset, final int length) {
    try {
      return endpoint.reply.onReply(buffer, offset, length, this);
    } catch (final RuntimeException ex) {
      protocol.onError(ex);
      return false;
    }
  }

  @Override
  protected void refuse(final Cutoff cutoff) {
    // The request was not read in full: it may have been a write.
    write |= cutoff != Cutoff.FAULT;
    refuse(Refusals.of(cutoff));
  }

  @Override
  protected void write(final ByteBuf out, final long nowNs) {
    protocol.write(out, this, nowNs);
    page = null;
  }

  @Override
  protected int answerBytes() {
    return page == null || page.content() == null ? 0 : page.content().length;
  }

  boolean closes() {
    return isLast();
  }

  int status() {
    if (refusal != null) {
      return refusal.status();
    }
    return page != null ? page.status() : 200;
  }
}
