package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands and replies as proxies write and adapters read them, whole and damaged. */
@Timeout(10)
final class MessageCodecTest {
  private static final byte[] KEY = "a-key".getBytes(StandardCharsets.US_ASCII);
  private static final int SERVICE_CODE = 255;
  private static final byte[] PAYLOAD = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  private static final int KEY_HEADER =
      MessageHeaderDecoder.ENCODED_LENGTH + CommandLayout.BLOCK_LENGTH;

  private final CommandAdapter commands = new CommandAdapter();
  private final ReplyAdapter replies = new ReplyAdapter();

  @Test
  void shouldReadACommandAsItWasWritten() {
    final byte[] bytes = command(KEY, PAYLOAD);
    assertEquals(CommandLayout.encodedLength(KEY.length, PAYLOAD.length), bytes.length);
    final Command command = decode(bytes, 0, bytes.length);
    assertNotNull(command);
    assertCommand(command);
  }

  @Test
  void shouldReadACommandAtAnyOffset() {
    final byte[] bytes = command(KEY, PAYLOAD);
    final byte[] shifted = new byte[bytes.length + 40];
    Arrays.fill(shifted, (byte) 0xFF);
    System.arraycopy(bytes, 0, shifted, 13, bytes.length);
    assertCommand(decode(shifted, 13, bytes.length));
  }

  @Test
  void shouldReadACommandWithoutKeyAndWithoutPayload() {
    final byte[] bytes = command(new byte[0], new byte[0]);
    assertEquals(CommandLayout.encodedLength(0, 0), bytes.length);
    final Command command = decode(bytes, 0, bytes.length);
    assertEquals(0, command.idempotencyKeyLength);
    assertEquals(0, command.payloadLength);
    assertEquals(0, command.payloadHeader);
  }

  @Test
  void shouldRefuseACommandTruncatedAtAnyLength() {
    final byte[] bytes = command(KEY, PAYLOAD);
    for (int length = 0; length < bytes.length; length++) {
      assertNull(decode(Arrays.copyOf(bytes, length), 0, length), "length " + length);
      assertNull(decode(bytes, 0, length), "length " + length);
    }
  }

  @Test
  void shouldRefuseForeignCommands() {
    assertNull(decodePatched(4, CommandDecoder.SCHEMA_ID + 1));
    assertNull(decodePatched(2, CommandDecoder.TEMPLATE_ID + 1));
    assertNull(decodePatched(2, ReplyDecoder.TEMPLATE_ID));
    assertNull(decodePatched(0, CommandLayout.BLOCK_LENGTH - 1));
    assertNull(decodePatched(0, 0));
    assertNull(decodePatched(0, 0xFFFF));
  }

  @Test
  void shouldRefuseAKeyThatIsTooLong() {
    final byte[] bytes = command(new byte[CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH], new byte[20]);
    assertNotNull(decode(bytes));
    // All that follows is zero, so that with one more byte of key it is still a whole message.
    bytes[KEY_HEADER + 1 + CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH] = 0;
    bytes[KEY_HEADER] = (byte) (CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH + 1);
    assertNull(decode(bytes));
  }

  @Test
  void shouldRefuseAKeyOrAPayloadThatEndsBeyondTheMessage() {
    final byte[] longKey = command(KEY, PAYLOAD);
    longKey[KEY_HEADER] = (byte) (KEY.length + PAYLOAD.length + 1);
    assertNull(decode(longKey));
    final byte[] longPayload = command(KEY, PAYLOAD);
    putShort(longPayload, KEY_HEADER + 1 + KEY.length, PAYLOAD.length + 1);
    assertNull(decode(longPayload));
    putShort(longPayload, KEY_HEADER + 1 + KEY.length, 0xFFFF);
    assertNull(decode(longPayload));
  }

  @Test
  void shouldHonourTheBiggerBlockOfANewerCommand() {
    final byte[] bytes = widen(command(KEY, PAYLOAD), KEY_HEADER, CommandLayout.BLOCK_LENGTH);
    assertCommand(decode(bytes));
    for (int length = 0; length < bytes.length; length++) {
      assertNull(decode(bytes, 0, length), "length " + length);
    }
  }

  @Test
  void shouldReadAReplyAsItWasWritten() {
    final byte[] bytes = reply(ReplyCode.ANSWERED, true, PAYLOAD);
    assertEquals(ReplyLayout.encodedLength(PAYLOAD.length), bytes.length);
    assertReply(bytes, 0, bytes.length, ReplyCode.ANSWERED, true);
  }

  @Test
  void shouldCarryEveryReplyCode() {
    for (final ReplyCode code : ReplyCode.values()) {
      if (code != ReplyCode.NULL_VAL) {
        final byte[] bytes = reply(code, false, PAYLOAD);
        assertReply(bytes, 0, bytes.length, code, false);
      }
    }
  }

  @Test
  void shouldRefuseAReplyTruncatedAtAnyLength() {
    final byte[] bytes = reply(ReplyCode.ANSWERED, true, PAYLOAD);
    for (int length = 0; length < bytes.length; length++) {
      final byte[] cut = Arrays.copyOf(bytes, length);
      assertFalse(replies.wrap(new UnsafeBuffer(cut), 0, length), "length " + length);
      assertFalse(replies.wrap(new UnsafeBuffer(bytes), 0, length), "length " + length);
    }
  }

  @Test
  void shouldRefuseForeignReplies() {
    assertFalse(wrapPatched(4, ReplyDecoder.SCHEMA_ID + 1));
    assertFalse(wrapPatched(2, CommandDecoder.TEMPLATE_ID));
    assertFalse(wrapPatched(0, ReplyDecoder.BLOCK_LENGTH - 1));
    assertFalse(wrapPatched(0, 0xFFFF));
  }

  @Test
  void shouldRefuseEveryReplyCodeItDoesNotKnow() {
    for (int raw = 0; raw <= 0xFF; raw++) {
      final byte[] bytes = reply(ReplyCode.ANSWERED, false, PAYLOAD);
      bytes[MessageHeaderDecoder.ENCODED_LENGTH + ReplyDecoder.codeEncodingOffset()] = (byte) raw;
      final int value = raw;
      final boolean known =
          Arrays.stream(ReplyCode.values())
              .anyMatch(code -> code != ReplyCode.NULL_VAL && code.value() == value);
      assertEquals(known, replies.wrap(new UnsafeBuffer(bytes), 0, bytes.length), "code " + raw);
    }
  }

  @Test
  void shouldHonourTheBiggerBlockOfANewerReply() {
    final int payloadHeader = MessageHeaderDecoder.ENCODED_LENGTH + ReplyDecoder.BLOCK_LENGTH;
    final byte[] bytes =
        widen(reply(ReplyCode.ANSWERED, true, PAYLOAD), payloadHeader, ReplyDecoder.BLOCK_LENGTH);
    assertReply(bytes, 0, bytes.length, ReplyCode.ANSWERED, true);
    for (int length = 0; length < bytes.length; length++) {
      assertFalse(replies.wrap(new UnsafeBuffer(bytes), 0, length), "length " + length);
    }
  }

  private Command decode(final byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  private Command decode(final byte[] bytes, final int offset, final int length) {
    return commands.decode(new UnsafeBuffer(bytes), offset, length);
  }

  private Command decodePatched(final int offset, final int value) {
    final byte[] bytes = command(KEY, PAYLOAD);
    putShort(bytes, offset, value);
    return decode(bytes);
  }

  private boolean wrapPatched(final int offset, final int value) {
    final byte[] bytes = reply(ReplyCode.ANSWERED, false, PAYLOAD);
    putShort(bytes, offset, value);
    return replies.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
  }

  private static void assertCommand(final Command command) {
    assertEquals(11, command.shardIncarnation);
    assertEquals(3, command.epoch);
    assertEquals(21, command.originNodeKey);
    assertEquals(22, command.originIncarnation);
    assertEquals(200, command.originLoop);
    assertEquals(0x12345, command.correlationId);
    assertEquals(77, command.laneSequence);
    assertEquals(70, command.laneFloor);
    assertEquals(-6, command.placementHash);
    assertEquals(-5, command.entityHash);
    assertEquals(900_000, command.deadlineNs);
    assertEquals(40_000, command.shardId);
    assertTrue(command.write);
    final byte[] key = new byte[command.idempotencyKeyLength];
    command.buffer.getBytes(command.idempotencyKeyOffset, key);
    assertArrayEquals(KEY, key);
    final byte[] payload = new byte[command.payloadLength];
    command.buffer.getBytes(command.payloadOffset, payload);
    assertArrayEquals(PAYLOAD, payload);
    assertEquals(0x0403, MessageHeaderWord.templateId(command.payloadHeader));
  }

  private void assertReply(
      final byte[] bytes,
      final int offset,
      final int length,
      final ReplyCode code,
      final boolean replayed) {
    final UnsafeBuffer message = new UnsafeBuffer(bytes);
    assertTrue(replies.wrap(message, offset, length));
    assertEquals(200, replies.originLoop());
    assertEquals(22, replies.originIncarnation());
    final int[] calls = {0};
    replies.dispatch(
        message,
        (correlationId,
            gotCode,
            serviceCode,
            incarnation,
            gotReplayed,
            buffer,
            payloadOffset,
            payloadLength) -> {
          calls[0]++;
          assertEquals(0x12345, correlationId);
          assertEquals(code, gotCode);
          assertEquals(SERVICE_CODE, serviceCode);
          assertEquals(11, incarnation);
          assertEquals(replayed, gotReplayed);
          assertArrayEquals(PAYLOAD, copy(buffer, payloadOffset, payloadLength));
        });
    assertEquals(1, calls[0]);
  }

  private static byte[] copy(final DirectBuffer buffer, final int offset, final int length) {
    final byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    return bytes;
  }

  private static byte[] command(final byte[] key, final byte[] payload) {
    return Messages.command(
        new Messages.Address(11, 3, 21, 22, 200, 0x12345, 77, 70),
        -6,
        -5,
        900_000,
        40_000,
        key,
        payload);
  }

  private static byte[] reply(final ReplyCode code, final boolean replayed, final byte[] payload) {
    final Command command = new Command();
    command.correlationId = 0x12345;
    command.originIncarnation = 22;
    command.originLoop = 200;
    command.shardId = 40_000;
    return Messages.reply(command, 11, code, SERVICE_CODE, replayed, payload);
  }

  private static byte[] widen(final byte[] bytes, final int blockEnd, final int blockLength) {
    final int extra = 12;
    final byte[] wide = new byte[bytes.length + extra];
    System.arraycopy(bytes, 0, wide, 0, blockEnd);
    Arrays.fill(wide, blockEnd, blockEnd + extra, (byte) 0xEE);
    System.arraycopy(bytes, blockEnd, wide, blockEnd + extra, bytes.length - blockEnd);
    putShort(wide, 0, blockLength + extra);
    putShort(wide, 6, CommandDecoder.SCHEMA_VERSION + 1);
    return wide;
  }

  private static void putShort(final byte[] bytes, final int offset, final int value) {
    new UnsafeBuffer(bytes).putShort(offset, (short) value, ByteOrder.LITTLE_ENDIAN);
  }
}
