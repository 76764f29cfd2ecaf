package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterWatch;
import io.tally.counter.ReadCounter;
import io.tally.http.EntityEvents;
import io.tally.http.EventWriter;
import org.agrona.DirectBuffer;

/** How counters are told of in streams: as a read would show them when the event is written. */
final class CounterEvents implements EntityEvents<ReadCounter> {
  private static final byte[] VALUE = ",\"value\":".getBytes(US_ASCII);
  private static final byte[] TTL = ",\"ttl_ms\":".getBytes(US_ASCII);

  @Override
  public DirectBuffer readOf(final byte[] id) {
    return CounterWatch.readOf(id);
  }

  @Override
  public ReadCounter valueOf(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    final CounterReplyAdapter reply = new CounterReplyAdapter();
    return reply.wrap(buffer, offset, length) && serviceCode == 0 ? reply.read() : null;
  }

  @Override
  public void write(final ReadCounter told, final long passedMs, final EventWriter out) {
    out.put(VALUE).number(told.valueAfter(passedMs));
    final long ttlMs = told.ttlMsAfter(passedMs);
    if (ttlMs != 0) {
      out.put(TTL).number(ttlMs);
    }
  }
}
