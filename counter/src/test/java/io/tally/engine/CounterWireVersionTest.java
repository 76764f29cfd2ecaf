package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterLimit;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterServiceFactory;
import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of version 0 of the counters' schema, byte for byte. A change of the schema must go on
 * reading them; while the version is 0, the encoders must also still write them. In this package,
 * because it reads what an engine hands to its node link.
 */
@Timeout(10)
final class CounterWireVersionTest {
  private static final String INCREMENT = "0800010049080000" + "000efad5feffffff040068697473";
  private static final String GET_VALUE = "0000020049080000" + "040068697473";
  private static final String COUNTER_REPLY = "0900030049080000" + "010000000000008001";

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();

  @Test
  void shouldReadAnIncrementOfVersion0() {
    final IncrementDecoder decoder =
        new IncrementDecoder().wrapAndApplyHeader(bytes(INCREMENT), 0, decodedHeader);
    assertEquals(-5_000_000_000L, decoder.amount());
    assertEquals("hits", text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAnIncrementOfVersion0() {
    final IncrementEncoder encoder = new IncrementEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .amount(-5_000_000_000L)
        .putCounterId(ascii("hits"), 0, 4);
    assertEquals(INCREMENT, hex(encoder.encodedLength()));
  }

  @Test
  void shouldReadAGetValueOfVersion0() {
    final GetValueDecoder decoder =
        new GetValueDecoder().wrapAndApplyHeader(bytes(GET_VALUE), 0, decodedHeader);
    assertEquals("hits", text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAGetValueOfVersion0() {
    final GetValueEncoder encoder = new GetValueEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header).putCounterId(ascii("hits"), 0, 4);
    assertEquals(GET_VALUE, hex(encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameCounterCommandsByTheirProxy() {
    final byte[] id = ascii("hits");
    final int shard = KeyHash.shard(KeyHash.hash(id, 0, id.length), StockNode.SHARD_COUNT);
    final int owner = counterNode("node-0").context.routingTable().nodeIndex(shard);
    final StockNode asker = counterNode(owner == 0 ? "node-1" : "node-0");
    asker.link.peerUp(owner, 5);
    final CounterProxy counters = new CounterProxy(asker.ingress);
    final ReplyHandler ignore = (cookie, outcome, incarnation, replayed, buffer, at, length) -> {};
    counters.increment(0, id, 0, id.length, -5_000_000_000L, new byte[0], 0, 0, ignore, 1);
    counters.get(0, id, 0, id.length, ignore, 2);
    final List<String> payloads = new ArrayList<>();
    asker.link.drain(
        (node, message) -> {
          final Command command = Messages.decode(message);
          final byte[] payload = new byte[command.payloadLength];
          command.buffer.getBytes(command.payloadOffset, payload);
          payloads.add(HexFormat.of().formatHex(payload));
        });
    assertEquals(List.of(INCREMENT, GET_VALUE), payloads);
  }

  @Test
  void shouldReadTheSameCounterReplyByItsAdapter() {
    final UnsafeBuffer reply = bytes(COUNTER_REPLY);
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    assertTrue(adapter.wrap(reply, 0, reply.capacity()));
    assertEquals(Long.MIN_VALUE + 1, adapter.value());
    assertEquals(CounterStatus.OVERFLOW, adapter.status());
    reply.putByte(reply.capacity() - 1, (byte) 3);
    assertFalse(adapter.wrap(reply, 0, reply.capacity()));
  }

  @Test
  void shouldReadACounterReplyOfVersion0() {
    final CounterReplyDecoder decoder =
        new CounterReplyDecoder().wrapAndApplyHeader(bytes(COUNTER_REPLY), 0, decodedHeader);
    assertEquals(Long.MIN_VALUE + 1, decoder.value());
    assertEquals(CounterStatus.OVERFLOW, decoder.status());
  }

  @Test
  void shouldWriteACounterReplyOfVersion0() {
    final CounterReplyEncoder encoder = new CounterReplyEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .value(Long.MIN_VALUE + 1)
        .status(CounterStatus.OVERFLOW);
    assertEquals(COUNTER_REPLY, hex(encoder.encodedLength()));
  }

  private static StockNode counterNode(final String nodeId) {
    return StockNode.launch(
        new CachedNanoClock(),
        StockNode.context(List.of("node-0", "node-1"), nodeId, 3)
            .serviceFactory(new CounterServiceFactory(new CounterLimit(0))));
  }

  private interface Field {
    int get(byte[] target, int offset, int length);
  }

  private static String text(final int length, final Field field) {
    final byte[] target = new byte[length];
    field.get(target, 0, length);
    return new String(target, StandardCharsets.US_ASCII);
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static UnsafeBuffer bytes(final String hex) {
    return new UnsafeBuffer(HexFormat.of().parseHex(hex));
  }

  private String hex(final int bodyLength) {
    final byte[] written = new byte[MessageHeaderEncoder.ENCODED_LENGTH + bodyLength];
    buffer.getBytes(0, written);
    return HexFormat.of().formatHex(written);
  }
}
