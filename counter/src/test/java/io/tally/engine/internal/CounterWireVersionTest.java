package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterCommands;
import io.tally.counter.CounterDefinition;
import io.tally.counter.CounterLimit;
import io.tally.counter.CounterOperation;
import io.tally.counter.CounterOperations;
import io.tally.counter.CounterProxy;
import io.tally.counter.CounterReplyAdapter;
import io.tally.counter.CounterRequest;
import io.tally.counter.CounterShardProxy;
import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterReplyEncoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.Detail;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderDecoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.ReplyHandler;
import io.tally.engine.StableHash;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of the counters' schema in the version in which each last changed, byte for byte, and
 * the reply of version 0. A change of the schema must go on reading them, and requests that use
 * nothing new must still be written so. In this package, because it reads what an engine hands to
 * its node link.
 */
@Timeout(10)
final class CounterWireVersionTest {
  private static final String INCREMENT = "0800010049080000" + "000efad5feffffff040068697473";
  private static final String GET_VALUE = "0000020049080000" + "040068697473";
  private static final String COUNTER_REPLY = "0900030049080000" + "010000000000008001";
  private static final String CONDITION = "0807060504030201" + "1817161514131211" + "01";
  private static final String INCREMENT_WITH =
      ("3300060049080100" + CONDITION)
          + ("01" + "0010000000000000" + "fbffffffffffffff")
          + ("f6ffffffffffffff" + "6400000000000000" + "07" + "040068697473");
  private static final String SET_VALUE =
      ("2200070049080100" + CONDITION)
          + ("01" + "0010000000000000" + "2a00000000000000" + "040068697473");
  private static final String DELETE = "1100080049080100" + CONDITION + "040068697473";
  private static final String OPERATIONS =
      "01000d0049080100" + "00" + "00000100" + "1600" + INCREMENT;

  private static final String SCAN =
      "0e000c0049080100" + "0807060504030201" + "09000000" + "6400" + "02006869";

  private static final String LIMIT =
      ("3100090049080100" + CONDITION)
          + ("0500000000000000" + "e803000000000000" + "0200000000000000" + "0300000000000000")
          + "040068697473";
  private static final String COUNTER_REPLY_1 =
      ("2200030049080100" + "0100000000000080" + "03" + "01")
          + ("0200000000000000" + "0300000000000000" + "0400000000000000");

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
    header.version(0);
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
    header.version(0);
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
    asker.link.peerVersion(owner, 1);
    final CounterProxy counters = new CounterProxy(asker.ingress);
    final ReplyHandler ignore =
        (cookie, outcome, serviceCode, incarnation, replayed, buffer, at, length) -> {};
    counters.increment(0, id, 0, id.length, -5_000_000_000L, new byte[0], 0, 0, ignore, 1);
    counters.get(0, id, 0, id.length, ignore, 2);
    final CounterRequest request =
        new CounterRequest()
            .condition(Condition.IF_MATCH, 0x0102030405060708L, 0x1112131415161718L)
            .ttlOnce(4096)
            .amount(-5)
            .min(-10)
            .max(100)
            .saturate(true)
            .value(42)
            .rate(5, 1000, 3)
            .cost(2);
    int cookie = 2;
    for (final CounterOperation operation : CounterOperation.values()) {
      counters.write(operation, 0, id, 0, id.length, request, new byte[0], 0, 0, ignore, ++cookie);
    }
    final CounterShardProxy shards = new CounterShardProxy(asker.ingress);
    final CounterOperations operations = new CounterOperations();
    operations.increment(id, 0, id.length, -5_000_000_000L);
    final long placement = StableHash.placement(id, 0, id.length);
    shards.apply(0, placement, operations, new byte[0], 0, 0, ignore, ++cookie);
    shards.scan(0, shard, 0x0102030405060708L, 9, 100, WireBytes.ascii("hi"), ignore, ++cookie);
    // What the tests of this module apply to shards.
    assertEquals(INCREMENT_WITH, hex(CounterCommands.incrementWith("hits", request)));
    assertEquals(SET_VALUE, hex(CounterCommands.set("hits", request)));
    assertEquals(DELETE, hex(CounterCommands.delete("hits", request)));
    assertEquals(LIMIT, hex(CounterCommands.limit("hits", request)));
    final List<String> payloads = new ArrayList<>();
    asker.link.drain(
        (node, message) -> {
          final Command command = Messages.decode(message);
          final byte[] payload = new byte[command.payloadLength];
          command.buffer.getBytes(command.payloadOffset, payload);
          payloads.add(hex(payload));
        });
    assertEquals(
        List.of(INCREMENT, GET_VALUE, INCREMENT_WITH, SET_VALUE, DELETE, LIMIT, OPERATIONS, SCAN),
        payloads);
  }

  @Test
  void shouldReadTheSameCounterReplyByItsAdapter() {
    final UnsafeBuffer reply = WireBytes.of(COUNTER_REPLY);
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    assertTrue(adapter.wrap(reply, 0, reply.capacity()));
    assertEquals(Long.MIN_VALUE + 1, adapter.value());
    assertEquals(CounterStatus.OVERFLOW, adapter.status());
    assertFalse(adapter.hasPrevious() || adapter.hasApplied() || adapter.hasRemaining());
    assertFalse(adapter.hasTtl() || adapter.exists());
    reply.putByte(reply.capacity() - 1, (byte) 6);
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
  void shouldReadACounterReplyOfVersion1() {
    final CounterReplyAdapter adapter = new CounterReplyAdapter();
    final UnsafeBuffer reply = WireBytes.of(COUNTER_REPLY_1);
    assertTrue(adapter.wrap(reply, 0, reply.capacity()));
    assertEquals(Long.MIN_VALUE + 1, adapter.value());
    assertEquals(CounterStatus.PRECONDITION_FAILED, adapter.status());
    assertTrue(adapter.hasPrevious());
    assertFalse(adapter.hasApplied() || adapter.hasRemaining());
    assertEquals(2, adapter.previous());
    assertEquals(3, adapter.ttlMs());
    assertTrue(adapter.hasTtl() && adapter.exists());
    assertEquals(4, adapter.counterVersion());
    for (int length = 0; length < reply.capacity(); length++) {
      assertFalse(adapter.wrap(reply, 0, length));
    }
  }

  @Test
  void shouldWriteACounterReplyOfVersion1() {
    final CounterReplyEncoder encoder = new CounterReplyEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .value(Long.MIN_VALUE + 1)
        .status(CounterStatus.PRECONDITION_FAILED)
        .detailKind(Detail.PREVIOUS)
        .detail(2)
        .ttlMs(3)
        .counterVersion(4);
    header.version(1);
    assertEquals(COUNTER_REPLY_1, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  /** A node of version 0 takes an answer that is longer than its own by so much. */
  @Test
  void shouldFitIntoTheReplyQueuesOfVersion0() {
    final int grown = (COUNTER_REPLY_1.length() - COUNTER_REPLY.length()) / 2;
    final int ofVersion0 = COUNTER_REPLY.length() / 2;
    assertTrue(
        ReplyLayout.encodedLength(ofVersion0 + grown) <= ReplyQueue.messageLength(ofVersion0));
  }

  private static String hex(final byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static StockNode counterNode(final String nodeId) {
    return StockNode.launch(
        new CachedNanoClock(),
        StockNode.context(List.of("node-0", "node-1"), nodeId, 3)
            .settings(StockNode.SETTINGS.withRingSlots(64))
            .services(new CounterDefinition(new CounterLimit(0))));
  }
}
