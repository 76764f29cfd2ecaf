package io.tally.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * One operation over HTTP, as a row of a table: method, path, what the request may give, what it
 * calls, and how the answer looks. A service has one list of these for each event loop.
 *
 * <p>What a row does not declare is refused before its call: other members of the body, a query of
 * a write, invalid values. A row for GET answers HEAD too, and each path answers OPTIONS. A row is
 * called only while the node serves.
 */
public final class Endpoint {
  final Verb verb;
  final String path;
  final String summary;
  PathId id;
  boolean keyed;
  boolean open;
  Parameters members = Parameters.NONE;
  Parameters query = Parameters.NONE;
  Call call;
  Reply reply;
  AnswerShape shape;
  private final List<Refusal> refusals = new ArrayList<>();

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
    this.verb = verb;
    this.path = path;
    this.summary = summary;
  }

  /**
   * Begins a row for GET.
   *
   * @param path begins with a slash; one of its segments may be {@code {id}}.
   * @param summary what it does, for the help page.
   * @return the row.
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
   */
  public static Endpoint post(final String path, final String summary) {
    return new Endpoint(Verb.POST, path, summary);
  }

  /** A page that needs no service, and is there also while the node does not serve. */
  static Endpoint page(final String path, final String summary, final Supplier<Page> page) {
    return get(path, summary).open().calls((request, exchange) -> exchange.answer(page.get()));
  }

  /** It is called also while the node does not serve. */
  Endpoint open() {
    open = true;
    return this;
  }

  /**
   * Describes the id in the path.
   *
   * @param pathId its kind.
   * @return this.
   */
  public Endpoint id(final PathId pathId) {
    id = pathId;
    return refuses(pathId.refusals().toArray(new Refusal[0]));
  }

  /**
   * Declares the members of the JSON body.
   *
   * @param integers those that may be given.
   * @return this.
   * @throws IllegalArgumentException if the row is for GET, whose body is not read.
   */
  public Endpoint members(final IntegerParameter... integers) {
    if (verb != Verb.POST) {
      throw new IllegalArgumentException("the body of a " + verb + " is not read: " + path);
    }
    members = new Parameters(List.of(integers));
    refusals.addAll(members.refusals());
    return this;
  }

  /**
   * Declares the parameters of the query.
   *
   * @param integers those that may be given.
   * @return this.
   */
  public Endpoint query(final IntegerParameter... integers) {
    query = new Parameters(List.of(integers));
    refusals.addAll(query.refusals());
    return this;
  }

  /**
   * Takes an {@code Idempotency-Key} header.
   *
   * @return this.
   */
  public Endpoint keyed() {
    keyed = true;
    return this;
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
   * @param answerShape of an answer that is no refusal.
   * @return this.
   */
  public Endpoint answers(final Reply toRead, final AnswerShape answerShape) {
    reply = Objects.requireNonNull(toRead);
    shape = Objects.requireNonNull(answerShape);
    return this;
  }

  /**
   * Declares refusals that the call or the reading of its reply may give, beside those of HTTP and
   * of the engine.
   *
   * @param mayGive all of them.
   * @return this.
   */
  public Endpoint refuses(final Refusal... mayGive) {
    refusals.addAll(List.of(mayGive));
    return this;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  /** Refuses a row that is not complete. */
  void check() {
    if (call == null) {
      throw new IllegalArgumentException("lacks what it calls: " + path);
    }
  }
}
