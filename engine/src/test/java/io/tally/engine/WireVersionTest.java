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
import io.tally.engine.codecs.CommandDecoder;
import io.tally.engine.codecs.CommandEncoder;
import io.tally.engine.codecs.FrameHeaderDecoder;
import io.tally.engine.codecs.FrameHeaderEncoder;
import io.tally.engine.codecs.HelloDecoder;
import io.tally.engine.codecs.HelloEncoder;
import io.tally.engine.codecs.MessageHeaderDecoder;
import io.tally.engine.codecs.MessageHeaderEncoder;
import io.tally.engine.codecs.NodeState;
import io.tally.engine.codecs.ReplyCode;
import io.tally.engine.codecs.ReplyDecoder;
import io.tally.engine.codecs.ReplyEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of version 0 of both schemas, byte for byte. A change of a schema must go on reading
 * them; while the version is 0, the encoders must also still write them.
 */
@Timeout(10)
final class WireVersionTest {
  private static final String FRAME_HEADER =
      "2a000100f51f0000"
          + "88776655443322117b68e5cf8b0100002a000000000000002900000000000000"
          + "f9ffffffffffffff0300";
  private static final String HELLO =
      "3d000200f51f0000"
          + "feffffffffffffff7b68e5cf8b01000021436587a9cbed0f00806e8774010000"
          + "006fe23a8b01000000f4a92b8001000000ca9a3b000000000001010101066e6f64652d33";
  private static final String COMMAND =
      "4c000300f51f0000"
          + "0b000000000000000200000000000000fdffffffffffffff1600000000000000"
          + "07004523010000004d0000000000000046000000000000001100ffeeddccbbaa"
          + "3f420f00000000003f00ff01036b657907007061796c6f6164";
  private static final String REPLY =
      "25000400f51f0000"
          + "070045230100000016000000000000000b000000000000000200000000000000"
          + "3f00ff04010600616e73776572";
  private static final String INCREMENT = "0800010049080000" + "000efad5feffffff040068697473";
  private static final String GET_VALUE = "0000020049080000" + "040068697473";
  private static final String COUNTER_REPLY = "0900030049080000" + "010000000000008001";

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();
  private final io.tally.counter.codecs.MessageHeaderEncoder counterHeader =
      new io.tally.counter.codecs.MessageHeaderEncoder();
  private final io.tally.counter.codecs.MessageHeaderDecoder decodedCounterHeader =
      new io.tally.counter.codecs.MessageHeaderDecoder();

  @Test
  void shouldReadAFrameHeaderOfVersion0() {
    final FrameHeaderDecoder decoder =
        new FrameHeaderDecoder().wrapAndApplyHeader(bytes(FRAME_HEADER), 0, decodedHeader);
    assertEquals(0x1122334455667788L, decoder.sourceKey());
    assertEquals(1_700_000_000_123L, decoder.sourceIncarnation());
    assertEquals(42, decoder.frameNumber());
    assertEquals(41, decoder.ackedFrame());
    assertEquals(-7, decoder.clockNs());
    assertEquals(3, decoder.messageCount());
  }

  @Test
  void shouldWriteAFrameHeaderOfVersion0() {
    final FrameHeaderEncoder encoder = new FrameHeaderEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .sourceKey(0x1122334455667788L)
        .sourceIncarnation(1_700_000_000_123L)
        .frameNumber(42)
        .ackedFrame(41)
        .clockNs(-7)
        .messageCount(3);
    assertEquals(FRAME_HEADER, hex(encoder.encodedLength()));
  }

  @Test
  void shouldReadAHelloOfVersion0() {
    final HelloDecoder decoder =
        new HelloDecoder().wrapAndApplyHeader(bytes(HELLO), 0, decodedHeader);
    assertEquals(-2, decoder.nodeKey());
    assertEquals(1_700_000_000_123L, decoder.incarnation());
    assertEquals(0x0FEDCBA987654321L, decoder.fingerprint());
    assertEquals(1_600_000_000_000L, decoder.knownIncarnation());
    assertEquals(1_697_500_000_000L, decoder.wallClockMs());
    assertEquals(1_650_000_000_000L, decoder.knownWallClockMs());
    assertEquals(1_000_000_000L, decoder.requestTimeoutNs());
    assertEquals(256, decoder.loopCount());
    assertEquals(NodeState.READY, decoder.state());
    assertEquals(1, decoder.answer());
    assertEquals(1, decoder.resolved());
    assertEquals("node-3", text(decoder.nodeIdLength(), decoder::getNodeId));
  }

  @Test
  void shouldWriteAHelloOfVersion0() {
    final HelloEncoder encoder = new HelloEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .nodeKey(-2)
        .incarnation(1_700_000_000_123L)
        .fingerprint(0x0FEDCBA987654321L)
        .knownIncarnation(1_600_000_000_000L)
        .wallClockMs(1_697_500_000_000L)
        .knownWallClockMs(1_650_000_000_000L)
        .requestTimeoutNs(1_000_000_000L)
        .loopCount(256)
        .state(NodeState.READY)
        .answer((short) 1)
        .resolved((short) 1)
        .putNodeId(ascii("node-3"), 0, 6);
    assertEquals(HELLO, hex(encoder.encodedLength()));
  }

  @Test
  void shouldReadACommandOfVersion0() {
    final CommandDecoder decoder =
        new CommandDecoder().wrapAndApplyHeader(bytes(COMMAND), 0, decodedHeader);
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(2, decoder.epoch());
    assertEquals(-3, decoder.originKey());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(77, decoder.laneSequence());
    assertEquals(70, decoder.laneFloor());
    assertEquals(0xAABBCCDDEEFF0011L, decoder.keyHash());
    assertEquals(999_999, decoder.deadlineNs());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertTrue(decoder.flags().write());
    assertEquals("key", text(decoder.idempotencyKeyLength(), decoder::getIdempotencyKey));
    assertEquals("payload", text(decoder.payloadLength(), decoder::getPayload));
  }

  @Test
  void shouldWriteACommandOfVersion0() {
    final CommandEncoder encoder = new CommandEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .shardIncarnation(11)
        .epoch(2)
        .originKey(-3)
        .originIncarnation(22)
        .correlationId(0x123450007L)
        .laneSequence(77)
        .laneFloor(70)
        .keyHash(0xAABBCCDDEEFF0011L)
        .deadlineNs(999_999)
        .shardId(63)
        .originLoop((short) 255)
        .flags()
        .clear()
        .write(true);
    encoder.putIdempotencyKey(ascii("key"), 0, 3).putPayload(ascii("payload"), 0, 7);
    assertEquals(COMMAND, hex(encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameCommandByItsProxy() {
    final Messages.Address address = new Messages.Address(11, 2, -3, 22, 255, 0x123450007L, 77, 70);
    final byte[] written =
        Messages.command(address, 0xAABBCCDDEEFF0011L, 999_999, 63, ascii("key"), ascii("payload"));
    assertEquals(COMMAND, HexFormat.of().formatHex(written));
  }

  @Test
  void shouldReadTheSameCommandByItsAdapter() {
    final Command command = Messages.decode(HexFormat.of().parseHex(COMMAND));
    assertEquals(11, command.shardIncarnation);
    assertEquals(2, command.epoch);
    assertEquals(-3, command.originKey);
    assertEquals(22, command.originIncarnation);
    assertEquals(0x123450007L, command.correlationId);
    assertEquals(77, command.laneSequence);
    assertEquals(70, command.laneFloor);
    assertEquals(0xAABBCCDDEEFF0011L, command.keyHash);
    assertEquals(999_999, command.deadlineNs);
    assertEquals(63, command.shardId);
    assertEquals(255, command.originLoop);
    assertTrue(command.write);
    assertEquals(
        "key", command.buffer.getStringWithoutLengthAscii(command.keyOffset, command.keyLength));
    assertEquals(
        "payload",
        command.buffer.getStringWithoutLengthAscii(command.payloadOffset, command.payloadLength));
  }

  @Test
  void shouldReadAReplyOfVersion0() {
    final ReplyDecoder decoder =
        new ReplyDecoder().wrapAndApplyHeader(bytes(REPLY), 0, decodedHeader);
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(2, decoder.epoch());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertEquals(ReplyCode.KEY_LIMIT, decoder.code());
    assertTrue(decoder.flags().replayed());
    assertEquals("answer", text(decoder.payloadLength(), decoder::getPayload));
  }

  @Test
  void shouldWriteAReplyOfVersion0() {
    final ReplyEncoder encoder = new ReplyEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .correlationId(0x123450007L)
        .originIncarnation(22)
        .shardIncarnation(11)
        .epoch(2)
        .shardId(63)
        .originLoop((short) 255)
        .code(ReplyCode.KEY_LIMIT)
        .flags()
        .clear()
        .replayed(true);
    encoder.putPayload(ascii("answer"), 0, 6);
    assertEquals(REPLY, hex(encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameReplyByItsProxy() {
    final Command command = Messages.decode(HexFormat.of().parseHex(COMMAND));
    final byte[] written =
        Messages.reply(command, 11, 2, ReplyCode.KEY_LIMIT, true, ascii("answer"));
    assertEquals(REPLY, HexFormat.of().formatHex(written));
  }

  @Test
  void shouldReadTheSameReplyByItsAdapter() {
    final UnsafeBuffer reply = bytes(REPLY);
    final ReplyAdapter adapter = new ReplyAdapter();
    assertTrue(adapter.wrap(reply, 0, reply.capacity()));
    assertEquals(255, adapter.originLoop());
    assertEquals(22, adapter.originIncarnation());
    final List<Object> received = new ArrayList<>();
    adapter.dispatch(
        reply,
        (correlationId, code, shardIncarnation, replayed, payload, offset, length) ->
            received.addAll(
                List.of(
                    correlationId,
                    code,
                    shardIncarnation,
                    replayed,
                    payload.getStringWithoutLengthAscii(offset, length))));
    assertEquals(List.of(0x123450007L, ReplyCode.KEY_LIMIT, 11L, true, "answer"), received);
  }

  @Test
  void shouldReadAnIncrementOfVersion0() {
    final IncrementDecoder decoder =
        new IncrementDecoder().wrapAndApplyHeader(bytes(INCREMENT), 0, decodedCounterHeader);
    assertEquals(-5_000_000_000L, decoder.amount());
    assertEquals("hits", text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAnIncrementOfVersion0() {
    final IncrementEncoder encoder = new IncrementEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, counterHeader)
        .amount(-5_000_000_000L)
        .putCounterId(ascii("hits"), 0, 4);
    assertEquals(INCREMENT, hex(encoder.encodedLength()));
  }

  @Test
  void shouldReadAGetValueOfVersion0() {
    final GetValueDecoder decoder =
        new GetValueDecoder().wrapAndApplyHeader(bytes(GET_VALUE), 0, decodedCounterHeader);
    assertEquals("hits", text(decoder.counterIdLength(), decoder::getCounterId));
  }

  @Test
  void shouldWriteAGetValueOfVersion0() {
    final GetValueEncoder encoder = new GetValueEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, counterHeader).putCounterId(ascii("hits"), 0, 4);
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
        new CounterReplyDecoder().wrapAndApplyHeader(bytes(COUNTER_REPLY), 0, decodedCounterHeader);
    assertEquals(Long.MIN_VALUE + 1, decoder.value());
    assertEquals(CounterStatus.OVERFLOW, decoder.status());
  }

  @Test
  void shouldWriteACounterReplyOfVersion0() {
    final CounterReplyEncoder encoder = new CounterReplyEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, counterHeader)
        .value(Long.MIN_VALUE + 1)
        .status(CounterStatus.OVERFLOW);
    assertEquals(COUNTER_REPLY, hex(encoder.encodedLength()));
  }

  @Test
  void shouldKeepTheCodesOfVersion0() {
    assertEquals(
        "[ANSWERED=0, INTERNAL=1, INVALID=2, KEY_MISMATCH=3, KEY_LIMIT=4, BUSY=16, NOT_OWNER=17,"
            + " WRONG_INCARNATION=18, EXPIRED=19, STALE=20, NULL_VAL=255]",
        Arrays.stream(ReplyCode.values())
            .map(code -> code + "=" + code.value())
            .toList()
            .toString());
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
