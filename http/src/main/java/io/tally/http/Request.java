package io.tally.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * What a complete request asks for, as its {@link Endpoint} declares it. One for each event loop,
 * filled anew for each request; valid during the call that gets it.
 */
public final class Request {
  private static final AsciiString LAST_EVENT_ID = AsciiString.cached("last-event-id");

  final IdempotencyKey key = new IdempotencyKey();
  final GivenValues members = new GivenValues();
  final GivenValues parameters = new GivenValues();
  final Precondition precondition = new Precondition();
  final ItemList items = new ItemList();
  final GivenTexts texts = new GivenTexts();
  byte[] queryBytes;
  Endpoint endpoint;
  private Parameters declared;
  HttpHeaders headers;
  String query;

  Request() {}

  void begin(final Endpoint row) {
    endpoint = row;
    declared = row.members;
    key.clear();
    members.clear();
    parameters.clear();
    precondition.clear();
  }

  /**
   * A member of the body.
   *
   * @param index among those that the endpoint declares.
   * @return its value, or the default.
   * @throws IndexOutOfBoundsException if the endpoint declares no such one.
   */
  public long member(final int index) {
    return members.get(declared, index);
  }

  /**
   * Whether a member of the body was given, and not as null.
   *
   * @param index among those that the endpoint declares.
   * @return false if its default holds.
   */
  public boolean hasMember(final int index) {
    return members.has(index);
  }

  /**
   * Which members of the body were given, and not as null.
   *
   * @return bit i is set if member i was.
   */
  public long membersGiven() {
    return members.mask();
  }

  /**
   * Whether a parameter of the query was given.
   *
   * @param index among the integers that the endpoint declares.
   * @return false if its default holds.
   */
  public boolean hasParameter(final int index) {
    return parameters.has(index);
  }

  /**
   * Whether a text of the query was given.
   *
   * @param index among those that the endpoint declares.
   * @return false if it was not.
   */
  public boolean hasText(final int index) {
    return texts.has(index);
  }

  /**
   * A text of the query.
   *
   * @param index among those that the endpoint declares.
   * @return a copy; empty if it was not given.
   */
  public byte[] text(final int index) {
    final int offset = texts.offset(index);
    return Arrays.copyOfRange(queryBytes, offset, offset + texts.length(index));
  }

  /**
   * Has the request tell of the members of one item from now on, as if they were those of its body.
   *
   * @param item from 0.
   */
  public void item(final int item) {
    declared = endpoint.items.members;
    items.copyMembers(item, members);
  }

  /**
   * The items of the body, or of the query.
   *
   * @return valid during the call only; those of another request where the endpoint does not
   *     declare that there may be items.
   */
  public ItemList items() {
    return items;
  }

  /**
   * A parameter of the query.
   *
   * @param index among those that the endpoint declares.
   * @return its value, or the default.
   * @throws IndexOutOfBoundsException if the endpoint declares no such one.
   */
  public long parameter(final int index) {
    return parameters.get(endpoint.query, index);
  }

  /**
   * What a client that had events before got last.
   *
   * @return the {@code Last-Event-ID} header; empty if there is none.
   */
  public String lastEventId() {
    return headers.get(LAST_EVENT_ID, "");
  }

  /**
   * On which state of what is at the path the request depends.
   *
   * @return valid during the call only; of no kind where the endpoint does not declare that it
   *     takes conditions, and where it reads.
   */
  public Precondition precondition() {
    return precondition;
  }

  /**
   * The idempotency key.
   *
   * @return holds the key from its start; scratch, to be copied.
   */
  public byte[] idempotencyKey() {
    return key.bytes();
  }

  /**
   * Length of the idempotency key.
   *
   * @return bytes; 0 if there is none, as always where the endpoint does not declare that it takes
   *     one.
   */
  public int idempotencyKeyLength() {
    return key.length();
  }
}
