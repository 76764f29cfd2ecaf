package io.tally.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * On which state of what is at its path a write depends, as If-Match or If-None-Match says (RFC
 * 9110, 13.1). Who applies the write compares. One for each event loop, filled anew for each
 * request.
 *
 * <p>A write may name one entity tag or {@code *}. A read may name several, and is compared here,
 * when its reply has come.
 */
public final class Precondition {
  /**
   * Refuses a request whose condition does not hold; shows the integers of the answer that are set.
   * Declared by each endpoint that takes conditions.
   */
  public static final Refusal FAILED =
      Refusal.of(
              new ProblemType(
                  "precondition-failed",
                  "Precondition failed",
                  "The condition in If-Match or If-None-Match does not hold: somebody else has changed what is at this"
                      + " path, or it exists, or it does not. Nothing was changed. The ETag of this answer, if it has"
                      + " one, names the state that holds now."),
              412,
              "the condition in If-Match or If-None-Match does not hold")
          .withIntegers();

  private static final AsciiString IF_MATCH = AsciiString.cached("if-match");
  private static final AsciiString IF_NONE_MATCH = AsciiString.cached("if-none-match");

  private static final ProblemType INVALID =
      new ProblemType(
          "invalid-precondition",
          "Invalid precondition",
          "If-Match and If-None-Match hold entity tags as ETag shows them, or *. A write takes one of the two headers,"
              + " with one tag; If-Match takes no weak tag. Nothing was applied.");

  private static final Refusal BOTH =
      Refusal.of(INVALID, 400, "the request has both If-Match and If-None-Match");

  private static final Refusal MALFORMED =
      Refusal.of(INVALID, 400, "If-Match or If-None-Match is neither * nor entity tags in quotes");

  private static final Refusal LIST =
      Refusal.of(INVALID, 400, "If-Match or If-None-Match of a write names more than one tag");

  private static final Refusal WEAK =
      Refusal.of(INVALID, 400, "If-Match names a weak tag, which never matches");

  private final EntityTags tags = new EntityTags();
  private Kind kind = Kind.NONE;

  /** What has to be so. */
  public enum Kind {
    /** Nothing. */
    NONE,
    /** It exists, with this incarnation and version. */
    IF_MATCH,
    /** It exists. */
    IF_EXISTS,
    /** It does not exist. */
    IF_ABSENT,
    /** It does not exist, or with another incarnation or version. */
    IF_NOT_MATCH
  }

  Precondition() {}

  static List<Refusal> refusals() {
    return List.of(FAILED, BOTH, MALFORMED, LIST, WEAK);
  }

  void clear() {
    kind = Kind.NONE;
  }

  /** Refuses a condition that nobody would look at; null if there is none. */
  static Refusal refuseAny(final HttpHeaders headers) {
    return headers.contains(IF_MATCH) || headers.contains(IF_NONE_MATCH)
        ? Refusals.NO_CONDITION
        : null;
  }

  /**
   * Reads the headers: for a write into this, for a read into the exchange.
   *
   * @return what is wrong with them, or null.
   */
  Refusal read(final HttpHeaders headers, final HttpExchange exchange) {
    final boolean match = headers.contains(IF_MATCH);
    final boolean noneMatch = headers.contains(IF_NONE_MATCH);
    return match || noneMatch ? read(headers, match, noneMatch, exchange) : null;
  }

  private Refusal read(
      final HttpHeaders headers,
      final boolean match,
      final boolean noneMatch,
      final HttpExchange exchange) {
    if (match && noneMatch) {
      return BOTH;
    }
    final EntityTags given = exchange.write ? tags : new EntityTags();
    if (!given.parse(headers.getAll(match ? IF_MATCH : IF_NONE_MATCH))) {
      return MALFORMED;
    }
    if (exchange.write && given.count() > 1) {
      return LIST;
    }
    if (match && given.hasWeak()) {
      return WEAK;
    }
    if (!exchange.write) {
      exchange.dependsOn(given, match);
    } else if (match) {
      kind = given.isAny() ? Kind.IF_EXISTS : Kind.IF_MATCH;
    } else {
      kind = given.isAny() ? Kind.IF_ABSENT : Kind.IF_NOT_MATCH;
    }
    return null;
  }

  /**
   * What has to be so.
   *
   * @return the kind.
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The incarnation in the tag.
   *
   * @return incarnation of the shard; 0, which none has, if the tag is none of ours or the kind
   *     names no version.
   */
  public long incarnation() {
    return namesVersion() ? tags.incarnation() : 0;
  }

  /**
   * The version in the tag.
   *
   * @return version; 0, which nothing has that exists, if the tag is none of ours or the kind names
   *     no version.
   */
  public long version() {
    return namesVersion() ? tags.version() : 0;
  }

  private boolean namesVersion() {
    return kind == Kind.IF_MATCH || kind == Kind.IF_NOT_MATCH;
  }
}
