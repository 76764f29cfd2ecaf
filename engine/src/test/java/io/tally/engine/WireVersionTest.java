package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of version 0 of the engine's schema, byte for byte. A change of the schema must go on
 * reading them; while the version is 0, the encoders must also still write them.
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

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();

  @Test
  void shouldReadAFrameHeaderOfVersion0() {
    final FrameHeaderDecoder decoder =
        new FrameHeaderDecoder().wrapAndApplyHeader(WireBytes.of(FRAME_HEADER), 0, decodedHeader);
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
    assertEquals(FRAME_HEADER, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldReadAHelloOfVersion0() {
    final HelloDecoder decoder =
        new HelloDecoder().wrapAndApplyHeader(WireBytes.of(HELLO), 0, decodedHeader);
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
    assertEquals("node-3", WireBytes.text(decoder.nodeIdLength(), decoder::getNodeId));
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
        .putNodeId(WireBytes.ascii("node-3"), 0, 6);
    assertEquals(HELLO, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldReadACommandOfVersion0() {
    final CommandDecoder decoder =
        new CommandDecoder().wrapAndApplyHeader(WireBytes.of(COMMAND), 0, decodedHeader);
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(2, decoder.epoch());
    assertEquals(-3, decoder.originNodeKey());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(77, decoder.laneSequence());
    assertEquals(70, decoder.laneFloor());
    assertEquals(0xAABBCCDDEEFF0011L, decoder.entityHash());
    assertEquals(999_999, decoder.deadlineNs());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertTrue(decoder.flags().write());
    assertEquals("key", WireBytes.text(decoder.idempotencyKeyLength(), decoder::getIdempotencyKey));
    assertEquals("payload", WireBytes.text(decoder.payloadLength(), decoder::getPayload));
  }

  @Test
  void shouldWriteACommandOfVersion0() {
    final CommandEncoder encoder = new CommandEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .shardIncarnation(11)
        .epoch(2)
        .originNodeKey(-3)
        .originIncarnation(22)
        .correlationId(0x123450007L)
        .laneSequence(77)
        .laneFloor(70)
        .entityHash(0xAABBCCDDEEFF0011L)
        .deadlineNs(999_999)
        .shardId(63)
        .originLoop((short) 255)
        .flags()
        .clear()
        .write(true);
    encoder
        .putIdempotencyKey(WireBytes.ascii("key"), 0, 3)
        .putPayload(WireBytes.ascii("payload"), 0, 7);
    assertEquals(COMMAND, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameCommandByItsProxy() {
    final Messages.Address address = new Messages.Address(11, 2, -3, 22, 255, 0x123450007L, 77, 70);
    final byte[] written =
        Messages.command(
            address,
            0xAABBCCDDEEFF0011L,
            999_999,
            63,
            WireBytes.ascii("key"),
            WireBytes.ascii("payload"));
    assertEquals(COMMAND, HexFormat.of().formatHex(written));
  }

  @Test
  void shouldReadTheSameCommandByItsAdapter() {
    final Command command = Messages.decode(HexFormat.of().parseHex(COMMAND));
    assertEquals(11, command.shardIncarnation);
    assertEquals(2, command.epoch);
    assertEquals(-3, command.originNodeKey);
    assertEquals(22, command.originIncarnation);
    assertEquals(0x123450007L, command.correlationId);
    assertEquals(77, command.laneSequence);
    assertEquals(70, command.laneFloor);
    assertEquals(0xAABBCCDDEEFF0011L, command.entityHash);
    assertEquals(999_999, command.deadlineNs);
    assertEquals(63, command.shardId);
    assertEquals(255, command.originLoop);
    assertTrue(command.write);
    assertEquals(
        "key",
        command.buffer.getStringWithoutLengthAscii(
            command.idempotencyKeyOffset, command.idempotencyKeyLength));
    assertEquals(
        "payload",
        command.buffer.getStringWithoutLengthAscii(command.payloadOffset, command.payloadLength));
  }

  @Test
  void shouldReadAReplyOfVersion0() {
    final ReplyDecoder decoder =
        new ReplyDecoder().wrapAndApplyHeader(WireBytes.of(REPLY), 0, decodedHeader);
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(2, decoder.epoch());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertEquals(ReplyCode.KEY_LIMIT, decoder.code());
    assertTrue(decoder.flags().replayed());
    assertEquals("answer", WireBytes.text(decoder.payloadLength(), decoder::getPayload));
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
    encoder.putPayload(WireBytes.ascii("answer"), 0, 6);
    assertEquals(REPLY, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameReplyByItsProxy() {
    final Command command = Messages.decode(HexFormat.of().parseHex(COMMAND));
    final byte[] written =
        Messages.reply(command, 11, 2, ReplyCode.KEY_LIMIT, true, WireBytes.ascii("answer"));
    assertEquals(REPLY, HexFormat.of().formatHex(written));
  }

  @Test
  void shouldReadTheSameReplyByItsAdapter() {
    final UnsafeBuffer reply = WireBytes.of(REPLY);
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
  void shouldKeepTheCodesOfVersion0() {
    assertEquals(
        "[ANSWERED=0, INTERNAL=1, INVALID=2, KEY_MISMATCH=3, KEY_LIMIT=4, BUSY=16, NOT_OWNER=17,"
            + " WRONG_INCARNATION=18, EXPIRED=19, STALE=20, NULL_VAL=255]",
        Arrays.stream(ReplyCode.values())
            .map(code -> code + "=" + code.value())
            .toList()
            .toString());
  }
}
