package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterWatch;
import io.tally.http.EntityEvents;
import io.tally.http.EventWriter;
import org.agrona.DirectBuffer;

/** How counters are told of in streams. */
final class CounterEvents implements EntityEvents<CounterEvents.Told> {
  private static final byte[] VALUE = ",\"value\":".getBytes(US_ASCII);
  private static final byte[] TTL = ",\"ttl_ms\":".getBytes(US_ASCII);
  private static final long NO_TTL = -1;

  /** A value, and how long the counter had left when it was told. */
  record Told(long value, long ttlMs) {}

  @Override
  public DirectBuffer readOf(final byte[] id) {
    return CounterWatch.readOf(id);
  }

  @Override
  public Told valueOf(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    final CounterReplyAdapter reply = new CounterReplyAdapter();
    if (!reply.wrap(buffer, offset, length) || serviceCode != 0) {
      return null;
    }
    return new Told(reply.value(), reply.hasTtl() ? reply.ttlMs() : NO_TTL);
  }

  @Override
  public void write(final Told told, final long passedMs, final EventWriter out) {
    out.put(VALUE).number(told.value());
    if (told.ttlMs() != NO_TTL) {
      out.put(TTL).number(Math.max(1, told.ttlMs() - passedMs));
    }
  }
}
