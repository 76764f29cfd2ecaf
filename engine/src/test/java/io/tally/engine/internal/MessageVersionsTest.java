package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.EntityMessage;
import io.tally.engine.FixedMessage;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceReply;
import io.tally.versions.codecs.ChangedDecoder;
import io.tally.versions.codecs.ChangedEncoder;
import io.tally.versions.codecs.KeptEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.sbe.MessageEncoderFlyweight;
import org.junit.jupiter.api.Test;

/** Messages of a schema in which one of them has got a field, and another one was added. */
class MessageVersionsTest {
  private static final int HEADER = MessageHeaderWord.ENCODED_LENGTH;
  private static final int FIRST_BLOCK = Long.BYTES;
  private static final int BLOCK = FIRST_BLOCK + Integer.BYTES;

  private final ChangedDecoder changed = new ChangedDecoder();

  private static UnsafeBuffer message(final int blockLength, final int version, final int more) {
    final UnsafeBuffer message = new UnsafeBuffer(new byte[HEADER + blockLength + more]);
    MessageHeaderWord.put(
        message,
        0,
        MessageHeaderWord.of(
            blockLength, ChangedDecoder.TEMPLATE_ID, ChangedDecoder.SCHEMA_ID, version));
    message.setMemory(HEADER, blockLength, (byte) 1);
    return message;
  }

  private boolean isRead(final int blockLength, final int version) {
    final UnsafeBuffer message = message(blockLength, version, 0);
    return FixedMessage.wrap(changed, message, 0, message.capacity());
  }

  @Test
  void shouldReadAMessageThatLacksTheFieldsOfALaterVersion() {
    assertTrue(isRead(FIRST_BLOCK, 0));
    assertEquals(0x0101_0101_0101_0101L, changed.quantity());
    assertEquals(ChangedDecoder.laterNullValue(), changed.later());
  }

  @Test
  void shouldReadAMessageOfALaterVersion() {
    assertTrue(isRead(BLOCK + Long.BYTES, ChangedDecoder.SCHEMA_VERSION + 1));
    assertEquals(0x0101_0101, changed.later());
  }

  @Test
  void shouldReadNoMessageThatLacksAFieldOfItsVersion() {
    assertFalse(isRead(FIRST_BLOCK - 1, 0));
    assertFalse(isRead(FIRST_BLOCK, 1));
    assertFalse(isRead(BLOCK - 1, 1));
    assertFalse(isRead(BLOCK - 1, 2));
    assertTrue(isRead(BLOCK, 1));
  }

  @Test
  void shouldReadTheFieldsOfAnOlderCommand() {
    final UnsafeBuffer command = message(FIRST_BLOCK, 0, Short.BYTES + 1);
    command.putShort(HEADER + FIRST_BLOCK, (short) 1, ByteOrder.LITTLE_ENDIAN);
    final EntityMessage read = new EntityMessage();
    assertTrue(read.wrap(command, 0, command.capacity()));
    assertEquals(1, read.id().length);
    assertEquals(ChangedDecoder.laterNullValue(), read.fixed(changed).later());
  }

  @Test
  void shouldWriteTheVersionInWhichAMessageLastChanged() {
    assertEquals(2, KeptEncoder.SCHEMA_VERSION);
    for (final boolean hasChanged : new boolean[] {true, false}) {
      final MessageEncoderFlyweight message = hasChanged ? new ChangedEncoder() : new KeptEncoder();
      final int version = hasChanged ? 1 : 0;
      assertEquals(version, versionOf(EntityMessage.of(message, new byte[1])));
      final UnsafeBuffer answer = new UnsafeBuffer(new byte[64]);
      new ServiceReply().wrap(answer, 0, answer.capacity()).answer(message);
      assertEquals(version, versionOf(answer));
    }
  }

  private static int versionOf(final DirectBuffer message) {
    return MessageHeaderWord.version(MessageHeaderWord.get(message, 0));
  }

  @Test
  void shouldTakeCommandsAsTheyWereWhenTheyWereAdded() {
    final ChangedEncoder message = new ChangedEncoder();
    assertEquals(FIRST_BLOCK, MessageType.of("Changed", true, message, message).minBlockLength());
    final KeptEncoder kept = new KeptEncoder();
    assertEquals(FIRST_BLOCK, MessageType.of("Kept", true, kept, message).minBlockLength());
  }
}
