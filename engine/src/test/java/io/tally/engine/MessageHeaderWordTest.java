package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class MessageHeaderWordTest {
  private static final int OFFSET = 3;
  private static final int BLOCK_LENGTH = 0xFFFE;
  private static final int TEMPLATE_ID = 0xFEFD;
  private static final int SCHEMA_ID = 0xFDFC;
  private static final int VERSION = 0xFCFB;

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);

  @Test
  void shouldWriteWhatTheGeneratedDecodersRead() {
    MessageHeaderWord.put(
        buffer, OFFSET, MessageHeaderWord.of(BLOCK_LENGTH, TEMPLATE_ID, SCHEMA_ID, VERSION));
    final MessageHeaderDecoder engine = new MessageHeaderDecoder().wrap(buffer, OFFSET);
    assertEquals(BLOCK_LENGTH, engine.blockLength());
    assertEquals(TEMPLATE_ID, engine.templateId());
    assertEquals(SCHEMA_ID, engine.schemaId());
    assertEquals(VERSION, engine.version());
    final io.tally.versions.codecs.MessageHeaderDecoder other =
        new io.tally.versions.codecs.MessageHeaderDecoder().wrap(buffer, OFFSET);
    assertEquals(BLOCK_LENGTH, other.blockLength());
    assertEquals(TEMPLATE_ID, other.templateId());
    assertEquals(SCHEMA_ID, other.schemaId());
    assertEquals(VERSION, other.version());
    assertEquals(MessageHeaderDecoder.ENCODED_LENGTH, MessageHeaderWord.ENCODED_LENGTH);
  }

  @Test
  void shouldReadWhatTheGeneratedEncoderWrites() {
    new MessageHeaderEncoder()
        .wrap(buffer, OFFSET)
        .blockLength(BLOCK_LENGTH)
        .templateId(TEMPLATE_ID)
        .schemaId(SCHEMA_ID)
        .version(VERSION);
    final long word = MessageHeaderWord.get(buffer, OFFSET);
    assertEquals(BLOCK_LENGTH, MessageHeaderWord.blockLength(word));
    assertEquals(TEMPLATE_ID, MessageHeaderWord.templateId(word));
    assertEquals(SCHEMA_ID, MessageHeaderWord.schemaId(word));
    assertEquals(VERSION, MessageHeaderWord.version(word));
  }
}
