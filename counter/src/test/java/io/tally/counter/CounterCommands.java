package io.tally.counter;

import io.tally.counter.codecs.DeleteEncoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.IncrementWithEncoder;
import io.tally.counter.codecs.LimitEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.counter.codecs.SetValueEncoder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** The counters' commands as bytes, as their proxy sends them. */
public final class CounterCommands {
  private static final int MAX_LENGTH = 512;

  private CounterCommands() {}

  /** A write with options. */
  @FunctionalInterface
  public interface Encoding {
    /**
     * Encodes a command.
     *
     * @param id of the counter.
     * @param request what it asks for.
     * @return its bytes.
     */
    byte[] of(String id, CounterRequest request);
  }

  /**
   * An increment without options.
   *
   * @param id of the counter.
   * @param amount to add.
   * @return its bytes.
   */
  public static byte[] increment(final String id, final long amount) {
    final UnsafeBuffer buffer = buffer();
    final IncrementEncoder encoder =
        new IncrementEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    encoder.amount(amount).putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 0);
  }

  /**
   * A list of operations.
   *
   * @param operations that are to be applied all or not at all.
   * @return its bytes.
   */
  public static byte[] operations(final CounterOperations operations) {
    final byte[] bytes = new byte[operations.length()];
    operations.buffer().getBytes(0, bytes);
    return bytes;
  }

  /**
   * A read.
   *
   * @param id of the counter.
   * @return its bytes.
   */
  public static byte[] get(final String id) {
    final UnsafeBuffer buffer = buffer();
    final GetValueEncoder encoder =
        new GetValueEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    encoder.putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 0);
  }

  /**
   * An increment with options.
   *
   * @param id of the counter.
   * @param request what it asks for.
   * @return its bytes.
   */
  public static byte[] incrementWith(final String id, final CounterRequest request) {
    final UnsafeBuffer buffer = buffer();
    final IncrementWithEncoder encoder =
        new IncrementWithEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .conditionIncarnation(request.conditionIncarnation)
            .conditionVersion(request.conditionVersion)
            .condition(request.condition)
            .ttlMode(request.ttlMode)
            .ttlMs(request.ttlMs)
            .amount(request.amount)
            .min(request.min)
            .max(request.max);
    encoder
        .options()
        .clear()
        .hasMin(request.hasMin)
        .hasMax(request.hasMax)
        .saturate(request.saturate);
    encoder.putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 1);
  }

  /**
   * A set.
   *
   * @param id of the counter.
   * @param request what it asks for.
   * @return its bytes.
   */
  public static byte[] set(final String id, final CounterRequest request) {
    final UnsafeBuffer buffer = buffer();
    final SetValueEncoder encoder =
        new SetValueEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .conditionIncarnation(request.conditionIncarnation)
            .conditionVersion(request.conditionVersion)
            .condition(request.condition)
            .ttlMode(request.ttlMode)
            .ttlMs(request.ttlMs)
            .value(request.value);
    encoder.putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 1);
  }

  /**
   * A delete.
   *
   * @param id of the counter.
   * @param request what it asks for.
   * @return its bytes.
   */
  public static byte[] delete(final String id, final CounterRequest request) {
    final UnsafeBuffer buffer = buffer();
    final DeleteEncoder encoder =
        new DeleteEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .conditionIncarnation(request.conditionIncarnation)
            .conditionVersion(request.conditionVersion)
            .condition(request.condition);
    encoder.putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 1);
  }

  /**
   * A cost out of a quota.
   *
   * @param id of the counter.
   * @param request what it asks for.
   * @return its bytes.
   */
  public static byte[] limit(final String id, final CounterRequest request) {
    final UnsafeBuffer buffer = buffer();
    final LimitEncoder encoder =
        new LimitEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .conditionIncarnation(request.conditionIncarnation)
            .conditionVersion(request.conditionVersion)
            .condition(request.condition)
            .quota(request.limit)
            .windowMs(request.windowMs)
            .cost(request.cost)
            .burst(request.burst);
    encoder.putCounterId(bytes(id), 0, bytes(id).length);
    return written(buffer, encoder.encodedLength(), 1);
  }

  private static UnsafeBuffer buffer() {
    return new UnsafeBuffer(new byte[MAX_LENGTH]);
  }

  private static byte[] bytes(final String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  /** In the version in which the message last changed. */
  private static byte[] written(
      final UnsafeBuffer buffer, final int bodyLength, final int version) {
    new MessageHeaderEncoder().wrap(buffer, 0).version(version);
    final byte[] command = new byte[MessageHeaderEncoder.ENCODED_LENGTH + bodyLength];
    buffer.getBytes(0, command);
    return command;
  }
}
