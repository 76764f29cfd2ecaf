package io.tally.engine;

import org.agrona.MutableDirectBuffer;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * What a service answers to a command. The bytes are written into {@link #buffer()} from {@link
 * #offset()} on, and then their {@link #length(int)} is set; a reply of which nothing is said is
 * one of no bytes. Made once for each shard and valid only during {@link ShardService#onCommand}.
 */
public final class ServiceReply {
  private static final int MAX_SERVICE_CODE = 255;

  private static final int INVALID = 1 << 8;
  private static final int NOT_UNDER_KEY = 1 << 9;

  private MutableDirectBuffer buffer;
  private int offset;
  private int maxLength;
  private int length;

  /** The service's code, below the flags: one word, so that a plain reply costs one look. */
  private int said;

  /** Looked at only by whoever has set it before the service ran, so that others need not. */
  private long version;

  /** Creates a reply that is to be wrapped. */
  public ServiceReply() {}

  /**
   * Begins a reply.
   *
   * @param target to be written into.
   * @param targetOffset from where on.
   * @param maxTargetLength bound of the reply in bytes.
   * @return this.
   */
  public ServiceReply wrap(
      final MutableDirectBuffer target, final int targetOffset, final int maxTargetLength) {
    // Nearly always it is the buffer that was there before.
    if (buffer != target) {
      buffer = target;
    }
    offset = targetOffset;
    maxLength = maxTargetLength;
    clear();
    return this;
  }

  /** Forgets what the service said, but for a version. */
  public void clear() {
    length = 0;
    said = 0;
  }

  /**
   * Takes the reply.
   *
   * @return the buffer. It holds other replies, too, before and behind this one.
   */
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  /**
   * Where the reply begins.
   *
   * @return offset in {@link #buffer()}.
   */
  public int offset() {
    return offset;
  }

  /**
   * Says how long the reply is.
   *
   * @param bytes at most {@link MessageType#maxReplyLength()} of the command's type.
   * @throws IllegalArgumentException if it is longer.
   */
  public void length(final int bytes) {
    if (bytes < 0 || bytes > maxLength) {
      throw new IllegalArgumentException(
          "a reply of " + bytes + " bytes, where " + maxLength + " are allowed");
    }
    length = bytes;
  }

  /**
   * Answers with a message of fixed fields, of the version in which it got the latest of them.
   *
   * @param message is wrapped around the fields, which are to be set.
   * @param <E> its type.
   * @return the message.
   * @throws IllegalArgumentException if it is longer than {@link MessageType#maxReplyLength()}.
   */
  public <E extends MessageEncoderFlyweight> E answer(final E message) {
    length(FixedMessage.length(message));
    FixedMessage.put(message, MessageFields.of(message).version(), buffer, offset);
    return message;
  }

  /**
   * Says that the service did not do what it was asked. The bytes of the reply, if there are any,
   * say more of it. Who asked is told the code, and metrics count it as a failure.
   *
   * @param code the service's own reason, 1 to 255.
   * @throws IllegalArgumentException if the code is out of its range.
   */
  public void refuse(final int code) {
    if (code < 1 || code > MAX_SERVICE_CODE) {
      throw new IllegalArgumentException("a refusal's code must be 1 to 255: " + code);
    }
    said = said & ~MAX_SERVICE_CODE | code;
  }

  /**
   * Says that the payload is no message of the service's schema, and that nothing changed: the
   * request ends as {@link Outcome#INVALID}.
   */
  public void invalid() {
    said |= INVALID;
  }

  /**
   * Says that the reply must not stand for later requests with the same idempotency key, if the
   * command has one. The next of them runs anew; further copies of this command are given this
   * reply all the same.
   */
  public void notUnderKey() {
    said |= NOT_UNDER_KEY;
  }

  /**
   * Says of which version the entity is that was read. A message whose replies tell no version
   * cannot be watched.
   *
   * @param value 0 if there is no such entity; else above 0 and below {@link Long#MAX_VALUE}, and
   *     one that no other state of this entity has had in this life of the shard, nor will have. An
   *     entity that was deleted and comes again must not begin anew: so its versions may come from
   *     a count of all changes in the shard.
   */
  public void version(final long value) {
    version = value;
  }

  /**
   * Version of the entity that was read.
   *
   * @return as the service told it; without meaning if it told none.
   */
  public long version() {
    return version;
  }

  /**
   * Length of the reply so far.
   *
   * @return bytes.
   */
  public int length() {
    return length;
  }

  /**
   * Why the service refused.
   *
   * @return its code, or 0 if it did not refuse.
   */
  public int serviceCode() {
    return said & MAX_SERVICE_CODE;
  }

  /**
   * Whether the payload was a message of the service's schema.
   *
   * @return false after {@link #invalid()}.
   */
  public boolean isValid() {
    return (said & INVALID) == 0;
  }

  /**
   * Whether the reply is to be kept under the command's idempotency key.
   *
   * @return false after {@link #notUnderKey()}.
   */
  public boolean isUnderKey() {
    return (said & NOT_UNDER_KEY) == 0;
  }
}
