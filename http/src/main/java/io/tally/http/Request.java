package io.tally.http;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * What a complete request asks for, as its {@link Endpoint} declares it. One for each event loop,
 * filled anew for each request; valid during the call that gets it.
 */
public final class Request {
  final IdempotencyKey key = new IdempotencyKey();
  final long[] members = new long[Parameters.MAX];
  final long[] parameters = new long[Parameters.MAX];
  Endpoint endpoint;
  HttpHeaders headers;
  String query;

  Request() {}

  /**
   * A member of the body.
   *
   * @param index among those that the endpoint declares.
   * @return its value, or the default.
   * @throws IndexOutOfBoundsException if the endpoint declares no such one.
   */
  public long member(final int index) {
    return endpoint.members.checked(members, index);
  }

  /**
   * A parameter of the query.
   *
   * @param index among those that the endpoint declares.
   * @return its value, or the default.
   * @throws IndexOutOfBoundsException if the endpoint declares no such one.
   */
  public long parameter(final int index) {
    return endpoint.query.checked(parameters, index);
  }

  /**
   * The idempotency key.
   *
   * @return holds the key from its start; scratch, to be copied.
   */
  public byte[] key() {
    return key.bytes();
  }

  /**
   * Length of the idempotency key.
   *
   * @return bytes; 0 if there is none, as always where the endpoint does not declare that it takes
   *     one.
   */
  public int keyLength() {
    return key.length();
  }
}
