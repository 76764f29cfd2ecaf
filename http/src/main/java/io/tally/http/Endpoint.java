package io.tally.http;

import io.tally.engine.FixedMessage;
import io.tally.engine.ServiceProxy;
import io.tally.engine.WatchExecutor;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.sbe.MessageDecoderFlyweight;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * One operation over HTTP, as a row of a table: method, path, what the request may give, what it
 * calls, and how the answer looks. A service has one list of these for each event loop.
 *
 * <p>What a row does not declare is refused before its call: other members of the body, a query of
 * a write, invalid values. A row for GET answers HEAD too, and each path answers OPTIONS. A row is
 * called only while the node serves.
 */
public final class Endpoint extends RequestShape {
  final String summary;

  boolean open;
  HtmlDocument document;
  Call call;
  Call stream;
  Reply reply;
  AnswerChoice choice = AnswerChoice.NONE;
  Documentation documentation = Documentation.NONE;

  /** Whether its call is about the entity in the path. */
  private boolean asksEntity;

  /** Makes the events of a stream of what its answer shows; null if there is no such answer. */
  private Function<Supplier<? extends MessageEncoderFlyweight>, EntityEvents<?>> entityEvents;

  /** Asks a service, with the exchange's {@code replies()} and {@code cookie(part)}. */
  @FunctionalInterface
  public interface Call {
    /**
     * Hands a request to the service, or refuses the exchange at once.
     *
     * @param request what is asked for; valid during the call only.
     * @param exchange waits for the reply.
     */
    void onRequest(Request request, HttpExchange exchange);
  }

  /** Reads a reply of the service into the exchange. */
  @FunctionalInterface
  public interface Reply {
    /**
     * Sets the integers of the answer, or refuses the exchange.
     *
     * @param buffer holds the reply, during the call only.
     * @param offset of the reply.
     * @param length of the reply in bytes.
     * @param exchange takes what it says.
     * @return false if these bytes are no reply of this service.
     */
    boolean onReply(DirectBuffer buffer, int offset, int length, HttpExchange exchange);
  }

  private Endpoint(final Verb verb, final String path, final String summary) {
    super(verb, path);
    this.summary = summary;
  }

  /**
   * Begins a row for GET.
   *
   * @param path begins with a slash; one of its segments may be {@code {id}}.
   * @param summary what it does, for the help page.
   * @return the row.
   * @throws IllegalArgumentException if no request can have the path.
   */
  public static Endpoint get(final String path, final String summary) {
    return new Endpoint(Verb.GET, path, summary);
  }

  /**
   * Begins a row for POST.
   *
   * @param path begins with a slash; one of its segments may be {@code {id}}.
   * @param summary what it does, for the help page.
   * @return the row.
   * @throws IllegalArgumentException if no request can have the path.
   */
  public static Endpoint post(final String path, final String summary) {
    return new Endpoint(Verb.POST, path, summary);
  }

  /**
   * Begins a row for PUT.
   *
   * @param path begins with a slash; one of its segments may be {@code {id}}.
   * @param summary what it does, for the help page.
   * @return the row.
   * @throws IllegalArgumentException if no request can have the path.
   */
  public static Endpoint put(final String path, final String summary) {
    return new Endpoint(Verb.PUT, path, summary);
  }

  /**
   * Begins a row for DELETE.
   *
   * @param path begins with a slash; one of its segments may be {@code {id}}.
   * @param summary what it does, for the help page.
   * @return the row.
   * @throws IllegalArgumentException if no request can have the path.
   */
  public static Endpoint delete(final String path, final String summary) {
    return new Endpoint(Verb.DELETE, path, summary);
  }

  /**
   * A row for browsers, which get a document at {@code /} where others get the help text. It is
   * there also while the node does not serve. Of several, the first is shown.
   *
   * @param document shown to clients that prefer HTML to plain text.
   * @return the row.
   */
  public static Endpoint home(final HtmlDocument document) {
    final Endpoint row = page("/", "", document::page);
    row.document = document;
    return row;
  }

  /** A page that needs no service, and is there also while the node does not serve. */
  static Endpoint page(final String path, final String summary, final Supplier<Page> page) {
    return get(path, summary).open().calls((request, exchange) -> exchange.answer(page.get()));
  }

  /** Its call answers in this form, which others may be declared beside. */
  Endpoint forms(final String mediaType) {
    choice = choice.with(AnswerShape.ofHead(mediaType));
    return this;
  }

  @Override
  Endpoint row() {
    return this;
  }

  /** It is called also while the node does not serve. */
  Endpoint open() {
    open = true;
    return this;
  }

  /**
   * Has a service asked for the entity in the path, with a message about it: a row for GET reads
   * it, the others write, with the idempotency key of the request if the row takes one.
   *
   * @param service to be asked, on the same event loop.
   * @param message of this row alone.
   * @param fields sets the fields of the message to what the request says.
   * @param <E> type of the message.
   * @return this.
   */
  public <E extends MessageEncoderFlyweight> Endpoint asks(
      final ServiceProxy service, final E message, final BiConsumer<E, Request> fields) {
    asksEntity = true;
    return calls(
        (request, exchange) -> {
          if (service.begin(
              message,
              verb.mayWrite(),
              exchange.readNs(),
              exchange.id(),
              exchange.idLength(),
              request.idempotencyKey(),
              request.idempotencyKeyLength(),
              exchange.replies(),
              exchange.cookie())) {
            fields.accept(message, request);
            service.submit();
          }
        });
  }

  /**
   * Has a service asked for the entity in the path, with a message that has no fields. Where the
   * message writes, it goes with the idempotency key of the request if the row takes one.
   *
   * @param service to be asked, on the same event loop; knows its messages.
   * @param templateId of the message.
   * @return this.
   * @throws IllegalArgumentException if the service has no such message, or it writes and the row
   *     is for GET.
   */
  public Endpoint asks(final ServiceProxy service, final int templateId) {
    if (service.message(templateId).write() && !verb.mayWrite()) {
      throw new IllegalArgumentException("a " + verb + " must not write: " + path);
    }
    asksEntity = true;
    return calls(
        (request, exchange) ->
            service.ask(
                templateId,
                exchange.readNs(),
                exchange.id(),
                exchange.idLength(),
                request.idempotencyKey(),
                request.idempotencyKeyLength(),
                exchange.replies(),
                exchange.cookie()));
  }

  /**
   * Sets what is called.
   *
   * @param toCall called on the event loop; must not block.
   * @return this.
   */
  public Endpoint calls(final Call toCall) {
    call = Objects.requireNonNull(toCall);
    return this;
  }

  /**
   * Sets how the answer is read from the service's reply and how it looks.
   *
   * @param toRead reads a reply on the event loop.
   * @param shapes of an answer that is no refusal. If there are several, the client chooses by the
   *     {@code Accept} header, and has the first if it does not care; no cache may keep the answer.
   * @return this.
   * @throws IllegalArgumentException if a stream was declared before.
   */
  public Endpoint answers(final Reply toRead, final AnswerShape... shapes) {
    if (stream != null) {
      throw new IllegalArgumentException("what it streams is declared behind answers: " + path);
    }
    reply = Objects.requireNonNull(toRead);
    choice = new AnswerChoice(shapes);
    if (choice.varies()) {
      mayRefuse(List.of(choice.unacceptable()));
    }
    return this;
  }

  /**
   * Sets how the answer is read from the service's reply, which is a {@link FixedMessage}, and how
   * it looks.
   *
   * @param message makes a decoder of the reply.
   * @param reader sets the integers of the answer.
   * @param shape of an answer that is no refusal.
   * @param <D> type of the decoder.
   * @return this.
   */
  public <D extends MessageDecoderFlyweight> Endpoint shows(
      final Supplier<D> message, final BiConsumer<D, Answer> reader, final AnswerShape shape) {
    final D decoder = message.get();
    entityEvents = read -> new ReplyEvents<>(read, message, reader, shape);
    return answers(
        (buffer, offset, length, exchange) -> {
          if (!FixedMessage.wrap(decoder, buffer, offset, length)) {
            return false;
          }
          reader.accept(decoder, exchange);
          final int code = exchange.serviceCode();
          return code == 0 || knows(code);
        },
        shape);
  }

  /**
   * Answers with an {@link EntityStream} those who ask for {@code text/event-stream}: each event
   * shows what the answer does, as it was when the service told it, but for {@link
   * AnswerShape#durations}. To be declared behind {@link #id} and {@link #shows}.
   *
   * @param watches of the node.
   * @param read makes an encoder of the message that reads an entity, and has no fields.
   * @return this.
   * @throws IllegalArgumentException if {@link #shows} was not declared before.
   */
  public Endpoint watched(
      final WatchExecutor watches, final Supplier<? extends MessageEncoderFlyweight> read) {
    if (entityEvents == null) {
      throw new IllegalArgumentException("watched is declared behind shows: " + path);
    }
    final EntityEvents<?> events = entityEvents.apply(read);
    return streams(
        (request, exchange) -> EntityStream.begin(watches, id, events, request, exchange));
  }

  /**
   * Answers with an {@link EventStream} those who ask for {@code text/event-stream}. To be declared
   * behind {@link #answers}.
   *
   * @param toStream begins it by {@link HttpExchange#stream}, or refuses the exchange; called on
   *     the event loop, must not block. Not called for HEAD, which has the headers only.
   * @return this.
   * @throws IllegalArgumentException if the row is not for GET.
   */
  public Endpoint streams(final Call toStream) {
    if (verb != Verb.GET) {
      throw new IllegalArgumentException("only what is read can be a stream: " + path);
    }
    stream = Objects.requireNonNull(toStream);
    choice = choice.with(AnswerShape.EVENTS);
    mayRefuse(List.of(choice.unacceptable()));
    return this;
  }

  /**
   * Says what its declarations do not say, for the OpenAPI document.
   *
   * @param toAdd descriptions and examples; names only what the row declares.
   * @return this.
   */
  public Endpoint documented(final Documentation toAdd) {
    documentation = toAdd;
    return this;
  }

  /** Whether it may answer with a list, an item for each that the request names. */
  boolean isOfItems() {
    return items != null || itemsQuery != null && reply != null;
  }

  /** Refuses a row that is not complete. */
  void check() {
    if (call == null) {
      throw new IllegalArgumentException("lacks what it calls: " + path);
    }
    if (asksEntity && (id == null || reply == null)) {
      throw new IllegalArgumentException(
          "asks for an entity, and lacks its id or how the reply is read: " + path);
    }
  }
}
