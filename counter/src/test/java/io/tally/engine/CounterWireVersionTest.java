package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
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
        new IncrementDecoder().wrapAndApplyHeader(WireBytes.of(INCREMENT), 0, decodedHeader);
    assertEquals(-5_000_000_000L, decoder.amount());
    assertEquals("hits", WireBytes.text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAnIncrementOfVersion0() {
    final IncrementEncoder encoder = new IncrementEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .amount(-5_000_000_000L)
        .putCounterId(WireBytes.ascii("hits"), 0, 4);
    assertEquals(INCREMENT, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldReadAGetValueOfVersion0() {
    final GetValueDecoder decoder =
        new GetValueDecoder().wrapAndApplyHeader(WireBytes.of(GET_VALUE), 0, decodedHeader);
    assertEquals("hits", WireBytes.text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAGetValueOfVersion0() {
    final GetValueEncoder encoder = new GetValueEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header).putCounterId(WireBytes.ascii("hits"), 0, 4);
    assertEquals(GET_VALUE, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameCounterCommandsByTheirProxy() {
    final byte[] id = WireBytes.ascii("hits");
    final int shard =
        StableHash.shard(StableHash.placement(id, 0, id.length), StockNode.SHARD_COUNT);
    final int owner = counterNode("node-0").engine.routingTable().nodeIndex(shard);
    final StockNode asker = counterNode(owner == 0 ? "node-1" : "node-0");
    asker.link.peerUp(owner, 5);
    final CounterProxy counters = new CounterProxy(asker.ingress);
    final ReplyHandler ignore =
        (cookie, outcome, serviceCode, incarnation, replayed, buffer, at, length) -> {};
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
    final UnsafeBuffer reply = WireBytes.of(COUNTER_REPLY);
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
        new CounterReplyDecoder().wrapAndApplyHeader(WireBytes.of(COUNTER_REPLY), 0, decodedHeader);
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
    assertEquals(COUNTER_REPLY, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  private static StockNode counterNode(final String nodeId) {
    return StockNode.launch(
        new CachedNanoClock(),
        StockNode.context(List.of("node-0", "node-1"), nodeId, 3)
            .services(new CounterDefinition(new CounterLimit(0))));
  }
}
