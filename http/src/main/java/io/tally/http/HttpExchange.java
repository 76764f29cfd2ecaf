package io.tally.http;

import io.netty.buffer.ByteBuf;
import io.tally.edge.internal.Completion;
import io.tally.edge.internal.Cutoff;
import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;

/** One HTTP request of a connection until its response is written: what the response needs. */
public final class HttpExchange extends ItemExchange {
  /** How a response begins that goes on as an {@link EventStream}. */
  static final Page STREAM_HEAD = Page.headOf(AnswerShape.EVENTS);

  Resource resource;
  Endpoint endpoint;
  AnswerShape shape;
  boolean head;
  boolean write;
  boolean oldVersion;
  Page page;

  private Object kept;
  private int keptBytes;

  /** Version of what the answer is about; 0 if nothing exists. */
  long version;

  /** What the answer says of a quota; null until one ever says something. */
  RateLimit rateLimit;

  /** The client has this version already. */
  boolean notModified;

  private int refusalCode;

  /** What a read depends on; null if on nothing. */
  private EntityTags tags;

  private boolean ifMatch;
  private boolean changesWithTime;

  HttpExchange(final HttpProtocol protocol) {
    super(protocol);
  }

  @Override
  protected void reset() {
    forgetValues();
    forgetItems();
    resource = Resource.NONE;
    endpoint = null;
    shape = null;
    head = false;
    write = false;
    oldVersion = false;
    page = null;
    kept = null;
    keptBytes = 0;
    version = 0;
    if (rateLimit != null) {
      rateLimit.clear();
    }
    notModified = false;
    refusalCode = 0;
    tags = null;
    changesWithTime = false;
  }

  /**
   * Who takes the replies to this request.
   *
   * @return the handler to ask with, together with {@link #cookie}.
   */
  @Override
  public ReplyHandler replies() {
    return super.replies();
  }

  /**
   * The time at which the last bytes of the request were read. To be asked while it is dispatched.
   *
   * @return nanoseconds of the clock that the event loop's agents share.
   */
  @Override
  public long readNs() {
    return super.readNs();
  }

  /** The answer comes from another thread, in place of a reply. */
  @Override
  protected Completion later() {
    return super.later();
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
   * Keeps something of the service for as long as the request is under way.
   *
   * @param object of this request alone.
   * @param bytes that it takes at most, with the answer that is made of it.
   */
  public void keep(final Object object, final int bytes) {
    kept = object;
    keptBytes = bytes;
  }

  /**
   * What was kept for this request.
   *
   * @return the object, or null.
   */
  public Object kept() {
    return kept;
  }

  /**
   * Waits for one more reply, which is to be asked for at once. Only for the row that reads a reply
   * and has given an answer of what there is so far: if nothing more comes, that is the answer.
   */
  public void awaitAnother() {
    awaitMore();
  }

  /**
   * Answers with a JSON text, of which no shard is named as the source.
   *
   * @param json UTF-8, with a line feed at its end; not to be changed any more.
   */
  public void answerJson(final byte[] json) {
    incarnation = 0;
    answer(Page.form(json));
  }

  /**
   * Why the service refused, by its own numbers. For the row that reads its reply.
   *
   * @return 1 to 255; 0 if it did not.
   */
  public int serviceCode() {
    return refusalCode;
  }

  /**
   * Says which version the answer is about, so that it has an ETag. To be said of refusals, too.
   *
   * @param value of what is at the path, in this incarnation of its shard; 0 if nothing is.
   */
  public void version(final long value) {
    version = value;
  }

  /**
   * Says that the answer changes with time while the version stays, so that a read of it is never
   * answered with "not modified".
   */
  public void changesWithTime() {
    changesWithTime = true;
  }

  /**
   * What the answer says of a quota.
   *
   * @return to be filled by the call and the reading of its reply.
   */
  public RateLimit rateLimit() {
    if (rateLimit == null) {
      rateLimit = new RateLimit();
    }
    return rateLimit;
  }

  boolean showsRateLimit() {
    return rateLimit != null && rateLimit.isShown();
  }

  /** A read is answered in full if its version is among the tags, or if it is not. */
  void dependsOn(final EntityTags given, final boolean match) {
    tags = given;
    ifMatch = match;
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

  /**
   * Answers with a refusal because of one item of the request, which the answer names.
   *
   * @param reason one that the endpoint declares.
   * @param item from 0.
   */
  public void refuse(final Refusal reason, final int item) {
    faultyItem = item;
    refuse(reason);
  }

  /**
   * Answers with a stream of events. Refuses the exchange if there is no place for another one.
   *
   * @param events what it tells of, told of its end from now on.
   * @param slotCount of how many things.
   * @param intervalNs least time between two events of one of them, in nanoseconds.
   * @return the stream, whose slots are ready; null if it was refused.
   */
  public EventStream stream(final Events events, final int slotCount, final long intervalNs) {
    final EventStream stream =
        new EventStream(protocol.eventWriter(), events, slotCount, intervalNs);
    final Cutoff cutoff = goOn(stream);
    if (cutoff != null) {
      refuse(Refusals.of(cutoff));
      return null;
    }
    page = STREAM_HEAD;
    return stream;
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
    final boolean isItem = awaitsEachItem();
    if (isItem) {
      // The one before has left its answer here.
      refusal = null;
      forgetIntegers();
    }
    incarnation = shardIncarnation;
    refusalCode = serviceCode;
    replayed = wasReplayed;
    if (outcome != Outcome.ANSWERED) {
      // What is there already stays the answer if there is no more.
      refusal = page == null ? Refusals.of(outcome) : null;
      incarnation = page == null ? shardIncarnation : 0;
    } else if (!isRead(buffer, offset, length)) {
      refusal = Refusals.INTERNAL;
    } else if (tags != null && refusal == null) {
      compare();
    }
    if (isItem) {
      items.take(part, this);
      refusal = null;
    }
  }

  private void compare() {
    final boolean matches = tags.match(incarnation, version);
    if (ifMatch && !matches) {
      refusal = Precondition.FAILED;
    } else if (!ifMatch && matches && !changesWithTime) {
      notModified = true;
    }
  }

  /**
   * Reads a reply. An exception of the service ends here, because the caller has other replies to
   * deliver.
   */
  private boolean isRead(final DirectBuffer buffer, final int offset, final int length) {
    try {
      final boolean isRead = endpoint.reply.onReply(buffer, offset, length, this);
      if (refusalCode != 0 && refusal == null) {
        endpoint.refuse(refusalCode, this);
      }
      return isRead;
    } catch (final RuntimeException ex) {
      protocol.onError(ex);
      return false;
    }
  }

  /** Is told of what a service's own reader throws, on the event loop. */
  ErrorHandler errors() {
    return protocol::onError;
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
    kept = null;
    giveItemsBack();
  }

  @Override
  protected int answerBytes() {
    if (items != null) {
      return items.bytes();
    }
    if (kept != null) {
      return keptBytes;
    }
    return page == null || page.content() == null ? 0 : page.content().length;
  }

  @Override
  public String toString() {
    return endpoint == null ? "a request" : "a request to " + endpoint.verb + " " + endpoint.path;
  }

  boolean closes() {
    return isLast();
  }

  int status() {
    if (refusal != null) {
      return refusal.status();
    }
    if (notModified) {
      return 304;
    }
    return page != null ? page.status() : 200;
  }
}
