package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandEncoder;
import io.tally.engine.internal.codecs.CommandsEncoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.codecs.RepliesEncoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import io.tally.engine.internal.codecs.ReplyEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of the versions of the engine's schema, byte for byte. A change of the schema must go on
 * reading them. What uses nothing of version 2 must still be written as in version 1. Messages of
 * version 0 are refused.
 */
@Timeout(10)
final class WireVersionTest {
  private static final String COMMAND_OF_VERSION_0 =
      "4c000300f51f0000"
          + "0b000000000000000200000000000000fdffffffffffffff1600000000000000"
          + "07004523010000004d0000000000000046000000000000001100ffeeddccbbaa"
          + "3f420f00000000003f00ff01036b657907007061796c6f6164";
  private static final String REPLY_OF_VERSION_0 =
      "25000400f51f0000"
          + "070045230100000016000000000000000b000000000000000200000000000000"
          + "3f00ff04010600616e73776572";
  private static final String COMMAND =
      "4c000300f51f0100"
          + "0b00000000000000fdffffffffffffff160000000000000007004523010000004d00000000000000"
          + "80706050403020101100ffeeddccbbaa3f420f0000000000"
          + "02000000070000003f00ff01036b657907007061796c6f6164";
  private static final String ITEM =
      "4e000300f51f0200"
          + "0b00000000000000fdffffffffffffff160000000000000007004523010000004d00000000000000"
          + "80706050403020101100ffeeddccbbaa3f420f0000000000"
          + "02000000070000003f00ff01e803036b657907007061796c6f6164";
  private static final String REPLY =
      "1e000400f51f0100"
          + "070045230100000016000000000000000b00000000000000"
          + "3f00ff04c8010600616e73776572";

  private static final String WATCH =
      "4c000300f51f0100"
          + "0b00000000000000fdffffffffffffff1600000000000000feffffffffffffff0700000000000000"
          + "80706050403020101100ffeeddccbbaa3f420f0000000000"
          + "02000000000000003f00ff00000700"
          + "7061796c6f6164";
  private static final String TOLD =
      "1e000400f51f0100"
          + "feffffffffffffff16000000000000000b00000000000000"
          + "3f00ff00c80016000900000000000000"
          + "0600000000000000"
          + "616e73776572";

  private static final String COMMANDS =
      "25000600f51f0300"
          + "0b00000000000000fdffffffffffffff16000000000000003f420f0000000000"
          + "02000000ff"
          + "20000200"
          + "07004523010000004d000000000000001100ffeeddccbbaa"
          + "070000003f00e803036b657907007061796c6f6164"
          + "080045230100000000000000000000001200ffeeddccbbaa"
          + "000000003e000000000000";
  private static final String REPLIES =
      "10000700f51f0300"
          + "16000000000000000b00000000000000"
          + "0e000100"
          + "07004523010000003f00ff04c8010600616e73776572";

  private static final int VERSION_OFFSET = 6;
  private static final int KEY_ITEM = 1_000;

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();

  @Test
  void shouldReadACommandOfVersion1() {
    final CommandDecoder decoder =
        new CommandDecoder().wrapAndApplyHeader(WireBytes.of(COMMAND), 0, decodedHeader);
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(2, decoder.epoch());
    assertEquals(-3, decoder.originNodeKey());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(77, decoder.laneSequence());
    assertEquals(7, decoder.laneSpan());
    assertEquals(0x1020304050607080L, decoder.placementHash());
    assertEquals(0xAABBCCDDEEFF0011L, decoder.entityHash());
    assertEquals(999_999, decoder.deadlineNs());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertTrue(decoder.flags().write());
    assertEquals("key", WireBytes.text(decoder.idempotencyKeyLength(), decoder::getIdempotencyKey));
    assertEquals("payload", WireBytes.text(decoder.payloadLength(), decoder::getPayload));
  }

  @Test
  void shouldReadThatACommandOfVersion1IsNoItem() {
    assertEquals(0, Messages.decode(HexFormat.of().parseHex(COMMAND)).keyItem);
    final CommandDecoder decoder =
        new CommandDecoder().wrapAndApplyHeader(WireBytes.of(COMMAND), 0, decodedHeader);
    assertEquals(CommandDecoder.keyItemNullValue(), decoder.keyItem());
  }

  @Test
  void shouldWriteACommandOfVersion2() {
    final CommandEncoder encoder = new CommandEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header);
    header.version(2);
    encoder
        .shardIncarnation(11)
        .epoch(2)
        .originNodeKey(-3)
        .originIncarnation(22)
        .correlationId(0x123450007L)
        .laneSequence(77)
        .laneSpan(7)
        .placementHash(0x1020304050607080L)
        .entityHash(0xAABBCCDDEEFF0011L)
        .deadlineNs(999_999)
        .shardId(63)
        .originLoop((short) 255)
        .keyItem(KEY_ITEM)
        .flags()
        .clear()
        .write(true);
    encoder
        .putIdempotencyKey(WireBytes.ascii("key"), 0, 3)
        .putPayload(WireBytes.ascii("payload"), 0, 7);
    assertEquals(ITEM, WireBytes.hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldWriteTheSameItemByItsProxyAndReadItByItsAdapter() {
    final Messages.Address address = new Messages.Address(11, 2, -3, 22, 255, 0x123450007L, 77, 70);
    final byte[] written =
        Messages.item(
            address,
            0x1020304050607080L,
            0xAABBCCDDEEFF0011L,
            999_999,
            63,
            WireBytes.ascii("key"),
            KEY_ITEM,
            WireBytes.ascii("payload"));
    assertEquals(ITEM, HexFormat.of().formatHex(written));
    final Command command = Messages.decode(written);
    assertEquals(KEY_ITEM, command.keyItem);
    assertEquals(
        "key",
        command.buffer.getStringWithoutLengthAscii(
            command.idempotencyKeyOffset, command.idempotencyKeyLength));
    assertEquals(
        "payload",
        command.buffer.getStringWithoutLengthAscii(command.payloadOffset, command.payloadLength));
  }

  @Test
  void shouldWriteACommandOfVersion1ByItsProxy() {
    final Messages.Address address = new Messages.Address(11, 2, -3, 22, 255, 0x123450007L, 77, 70);
    final byte[] written =
        Messages.command(
            address,
            0x1020304050607080L,
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
    assertEquals(0x1020304050607080L, command.placementHash);
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
  void shouldReadAReplyOfVersion1() {
    final ReplyDecoder decoder =
        new ReplyDecoder().wrapAndApplyHeader(WireBytes.of(REPLY), 0, decodedHeader);
    assertEquals(0x123450007L, decoder.correlationId());
    assertEquals(22, decoder.originIncarnation());
    assertEquals(11, decoder.shardIncarnation());
    assertEquals(63, decoder.shardId());
    assertEquals(255, decoder.originLoop());
    assertEquals(ReplyCode.KEY_LIMIT, decoder.code());
    assertEquals(200, decoder.serviceCode());
    assertTrue(decoder.flags().replayed());
    assertEquals("answer", WireBytes.text(decoder.payloadLength(), decoder::getPayload));
  }

  @Test
  void shouldWriteAReplyOfVersion1() {
    final ReplyEncoder encoder = new ReplyEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header);
    header.version(1);
    encoder
        .correlationId(0x123450007L)
        .originIncarnation(22)
        .shardIncarnation(11)
        .shardId(63)
        .originLoop((short) 255)
        .code(ReplyCode.KEY_LIMIT)
        .serviceCode((short) 200)
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
        Messages.reply(command, 11, ReplyCode.KEY_LIMIT, 200, true, WireBytes.ascii("answer"));
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
        (correlationId, code, serviceCode, shardIncarnation, replayed, payload, offset, length) ->
            received.addAll(
                List.of(
                    correlationId,
                    code,
                    serviceCode,
                    shardIncarnation,
                    replayed,
                    payload.getStringWithoutLengthAscii(offset, length))));
    assertEquals(List.of(0x123450007L, ReplyCode.KEY_LIMIT, 200, 11L, true, "answer"), received);
  }

  @Test
  void shouldWriteAndReadTheRegistrationOfAWatch() {
    final long held = WatchLayout.held(6);
    final Messages.Address address = new Messages.Address(11, 2, -3, 22, 255, -2, held, held);
    final byte[] written =
        Messages.watch(
            address,
            0x1020304050607080L,
            0xAABBCCDDEEFF0011L,
            999_999,
            63,
            WireBytes.ascii("payload"));
    assertEquals(WATCH, HexFormat.of().formatHex(written));
    final Command command = Messages.decode(written);
    assertFalse(command.write);
    assertEquals(-2, command.correlationId);
    assertEquals(7, command.laneSequence);
    assertEquals(7, command.laneFloor);
  }

  @Test
  void shouldReadWhatAWatcherIsTold() {
    final UnsafeBuffer told = WireBytes.of(TOLD);
    final ReplyAdapter adapter = new ReplyAdapter();
    assertTrue(adapter.wrap(told, 0, told.capacity()));
    final List<Object> received = new ArrayList<>();
    adapter.dispatch(
        told,
        (correlationId, code, serviceCode, shardIncarnation, replayed, payload, offset, length) ->
            received.addAll(
                List.of(
                    correlationId,
                    code,
                    serviceCode,
                    payload.getLong(offset + WatchLayout.ORDER, LITTLE_ENDIAN),
                    payload.getLong(offset + WatchLayout.VERSION, LITTLE_ENDIAN),
                    payload.getStringWithoutLengthAscii(
                        offset + WatchLayout.REPLY, length - WatchLayout.REPLY))));
    assertEquals(List.of(-2L, ReplyCode.ANSWERED, 200, 9L, 6L, "answer"), received);
  }

  @Test
  void shouldWriteAndReadCommandsOfVersion3() {
    final CommandsEncoder encoder = new CommandsEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header);
    header.version(3);
    encoder
        .shardIncarnation(11)
        .originNodeKey(-3)
        .originIncarnation(22)
        .deadlineNs(999_999)
        .epoch(2)
        .originLoop((short) 255)
        .entriesCount(2)
        .next()
        .correlationId(0x123450007L)
        .laneSequence(77)
        .entityHash(0xAABBCCDDEEFF0011L)
        .laneSpan(7)
        .shardId(63)
        .keyItem(KEY_ITEM)
        .putIdempotencyKey(WireBytes.ascii("key"), 0, 3)
        .putPayload(WireBytes.ascii("payload"), 0, 7)
        .next()
        .correlationId(0x123450008L)
        .laneSequence(0)
        .entityHash(0xAABBCCDDEEFF0012L)
        .laneSpan(0)
        .shardId(62)
        .keyItem(0)
        .putIdempotencyKey(new byte[0], 0, 0)
        .putPayload(new byte[0], 0, 0);
    assertEquals(COMMANDS, WireBytes.hex(buffer, encoder.encodedLength()));
    final UnsafeBuffer message = WireBytes.of(COMMANDS);
    final CommandsAdapter adapter = new CommandsAdapter();
    assertEquals(2, adapter.wrap(message, 0, message.capacity()));
    final Command command = adapter.next();
    assertEquals(11, command.shardIncarnation);
    assertEquals(2, command.epoch);
    assertEquals(-3, command.originNodeKey);
    assertEquals(22, command.originIncarnation);
    assertEquals(255, command.originLoop);
    assertEquals(999_999, command.deadlineNs);
    assertEquals(0x123450007L, command.correlationId);
    assertEquals(77, command.laneSequence);
    assertEquals(70, command.laneFloor);
    assertEquals(0xAABBCCDDEEFF0011L, command.entityHash);
    assertEquals(0xAABBCCDDEEFF0011L, command.placementHash);
    assertEquals(63, command.shardId);
    assertEquals(KEY_ITEM, command.keyItem);
    assertTrue(command.write);
    assertEquals(3, command.idempotencyKeyLength);
    assertEquals(7, command.payloadLength);
    adapter.next();
    assertEquals(0x123450008L, command.correlationId);
    assertEquals(62, command.shardId);
    assertEquals(0, command.keyItem);
    assertFalse(command.write);
    assertNull(adapter.next());
  }

  @Test
  void shouldWriteAndReadRepliesOfVersion3() {
    final RepliesEncoder encoder = new RepliesEncoder();
    encoder.wrapAndApplyHeader(buffer, 0, header);
    header.version(3);
    final RepliesEncoder.EntriesEncoder entry =
        encoder.originIncarnation(22).shardIncarnation(11).entriesCount(1).next();
    entry
        .correlationId(0x123450007L)
        .shardId(63)
        .originLoop((short) 255)
        .code(ReplyCode.KEY_LIMIT)
        .serviceCode((short) 200)
        .flags()
        .clear()
        .replayed(true);
    entry.putPayload(WireBytes.ascii("answer"), 0, 6);
    assertEquals(REPLIES, WireBytes.hex(buffer, encoder.encodedLength()));
    final UnsafeBuffer message = WireBytes.of(REPLIES);
    final RepliesAdapter adapter = new RepliesAdapter();
    assertEquals(1, adapter.wrap(message, 0, message.capacity()));
    final ReplyAdapter reply = adapter.next();
    assertEquals(255, reply.originLoop());
    assertEquals(22, reply.originIncarnation());
    assertEquals(63, reply.shardId());
    assertNull(adapter.next());
  }

  /** Before the first release nodes spoke it; no process of that time is understood any more. */
  @Test
  void shouldRefuseWhatVersion0Said() {
    final byte[] command = HexFormat.of().parseHex(COMMAND_OF_VERSION_0);
    assertNull(Messages.decode(command));
    final UnsafeBuffer reply = WireBytes.of(REPLY_OF_VERSION_0);
    assertFalse(new ReplyAdapter().wrap(reply, 0, reply.capacity()));
  }

  @Test
  void shouldRefuseVersion0WhateverItsLength() {
    final UnsafeBuffer command = WireBytes.of(COMMAND);
    command.putShort(VERSION_OFFSET, (short) 0);
    assertNull(new CommandAdapter().decode(command, 0, command.capacity()));
    final UnsafeBuffer reply = WireBytes.of(REPLY);
    reply.putShort(VERSION_OFFSET, (short) 0);
    assertFalse(new ReplyAdapter().wrap(reply, 0, reply.capacity()));
  }

  @Test
  void shouldKeepTheCodesOfVersion1() {
    assertEquals(
        "[ANSWERED=0, INTERNAL=1, INVALID=2, KEY_MISMATCH=3, KEY_LIMIT=4, REPLY_LIMIT=5, BUSY=16,"
            + " NOT_OWNER=17, WRONG_INCARNATION=18, EXPIRED=19, STALE=20, WATCH_LIMIT=21,"
            + " NULL_VAL=255]",
        Arrays.stream(ReplyCode.values())
            .map(code -> code + "=" + code.value())
            .toList()
            .toString());
  }
}
