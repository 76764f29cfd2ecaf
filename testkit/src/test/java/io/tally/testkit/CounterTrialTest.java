package io.tally.testkit;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.ServiceDefinition;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The counters, with their long messages, as any other service: a call is an amount, or 0 to read.
 */
@Timeout(300)
final class CounterTrialTest implements ServiceTrial<Long, Long> {
  private static final int MAX_COUNTERS = 1_000;
  private static final int HISTORIES = 100;

  @Test
  void shouldCountAsALongDoes() {
    ClusterTest.of(CounterTrialTest::new).histories(HISTORIES).run();
  }

  @Override
  public ServiceDefinition service() {
    return new CounterDefinition(new CounterLimit(MAX_COUNTERS));
  }

  @Override
  public List<String> ids() {
    return List.of("a", "b", "{a}c", "d", "e");
  }

  @Override
  public Long draw(final String id, final RandomGenerator random) {
    return random.nextInt(4) == 0 ? 0 : random.nextLong(-9, 9) | 1;
  }

  @Override
  public int encode(
      final String id, final Long call, final MutableDirectBuffer buffer, final int offset) {
    final byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    final MessageHeaderEncoder header = new MessageHeaderEncoder();
    final int length;
    if (call == 0) {
      final GetValueEncoder read = new GetValueEncoder().wrapAndApplyHeader(buffer, offset, header);
      length = read.putCounterId(bytes, 0, bytes.length).encodedLength();
    } else {
      final IncrementEncoder add =
          new IncrementEncoder().wrapAndApplyHeader(buffer, offset, header);
      length = add.amount(call).putCounterId(bytes, 0, bytes.length).encodedLength();
    }
    header.wrap(buffer, offset).version(0);
    return MessageHeaderEncoder.ENCODED_LENGTH + length;
  }

  @Override
  public Long decode(final Long call, final int serviceCode, final DirectBuffer reply) {
    final CounterReplyAdapter answer = new CounterReplyAdapter();
    answer.wrap(reply, 0, reply.capacity());
    return answer.value();
  }

  @Override
  public Oracle<Long, Long> oracle() {
    final Map<String, Long> values = new HashMap<>();
    return (timeNs, id, call) -> values.merge(id, call, Long::sum);
  }
}
