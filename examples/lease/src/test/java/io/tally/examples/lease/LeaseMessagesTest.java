package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.EntityMessage;
import io.tally.engine.FixedMessage;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.engine.TimedEntities;
import io.tally.engine.internal.CheckedService;
import io.tally.examples.lease.codecs.AcquireEncoder;
import io.tally.examples.lease.codecs.LeaseStateDecoder;
import io.tally.examples.lease.codecs.LeaseStateEncoder;
import io.tally.examples.lease.codecs.ReadDecoder;
import io.tally.examples.lease.codecs.ReadEncoder;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What comes from the network or the disk is read only as far as it is what it must be. */
class LeaseMessagesTest {
  private static final byte[] ID = {'a', 'b', 'c'};
  private static final int HEADER = MessageHeaderWord.ENCODED_LENGTH;
  private static final int ID_HEADER = HEADER + AcquireEncoder.BLOCK_LENGTH;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[512]);

  private int acquire() {
    final AcquireEncoder acquire = new AcquireEncoder();
    final int length = EntityMessage.put(acquire, 0, message, 0, ID, 0, ID.length);
    acquire.ttlMs(10);
    return length;
  }

  @Test
  void shouldApplyNoCommandWhoseIdDoesNotFit() {
    final int length = acquire();
    for (int cut = 0; cut < length; cut++) {
      assertFalse(LeaseShard.open().offer(message, cut), "cut to " + cut);
    }
    for (final int idLength :
        new int[] {0, ID.length + 1, EntityMessage.MAX_ID_LENGTH + 1, 0xFFFF}) {
      acquire();
      message.putShort(ID_HEADER, (short) idLength, ByteOrder.LITTLE_ENDIAN);
      assertFalse(LeaseShard.open().offer(message, length), "id of " + idLength);
    }
    acquire();
    final LeaseShard shard = LeaseShard.open();
    assertTrue(shard.offer(message, length));
    assertEquals(1, shard.service.entityCount());
  }

  @Test
  void shouldTakeIdsOfTheLengthsThatThereMayBe() {
    final byte[] longest = new byte[EntityMessage.MAX_ID_LENGTH];
    final ReadEncoder read = new ReadEncoder();
    final int length = EntityMessage.put(read, 0, message, 0, longest, 0, longest.length);
    assertEquals(HEADER + Short.BYTES + EntityMessage.MAX_ID_LENGTH, length);
    assertTrue(LeaseShard.open().offer(message, length));
    for (final int idLength : new int[] {0, EntityMessage.MAX_ID_LENGTH + 1}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> EntityMessage.put(read, 0, message, 0, new byte[300], 0, idLength));
    }
  }

  @Test
  void shouldReadNoReplyThatIsAnotherMessageOrTooShort() {
    final LeaseStateDecoder state = new LeaseStateDecoder();
    final LeaseStateEncoder encoder = new LeaseStateEncoder();
    final int length = FixedMessage.put(encoder, 0, message, 0);
    encoder.ttlMs(7);
    assertTrue(FixedMessage.wrap(state, message, 0, length));
    assertEquals(7, state.ttlMs());
    for (int cut = 0; cut < length; cut++) {
      assertFalse(FixedMessage.wrap(state, message, 0, cut), "cut to " + cut);
    }
    assertFalse(FixedMessage.wrap(new ReadDecoder(), message, 0, length));
    message.putShort(0, (short) (length - HEADER - 1), ByteOrder.LITTLE_ENDIAN);
    assertFalse(FixedMessage.wrap(state, message, 0, length));
  }

  @Test
  void shouldRestoreNoRecordThatIsNotWhatItMustBe() {
    final ServiceDefinition definition = Leases.definition(LeaseShard.MAX_TTL_MS);
    final ShardService service = definition.create(0);
    service.onStart(new CheckedService(definition));
    assertRefused(service, record(1, 24, 24));
    assertRefused(service, record(TimedEntities.HEAD, 16, 16));
    assertRefused(service, record(TimedEntities.HEAD, 24, 16));
    final UnsafeBuffer head = record(TimedEntities.HEAD, 24, 24);
    head.putLong(HEADER, 1, ByteOrder.LITTLE_ENDIAN);
    service.snapshot().restore(head, 0, head.capacity());
    assertRefused(service, record(TimedEntities.ENTITY, 24, 40));
    assertRefused(service, record(TimedEntities.ENTITY, 32, 32));
    assertRefused(service, record(TimedEntities.ENTITY, 32, 40));
    assertEquals(0, service.entityCount());
  }

  private static UnsafeBuffer record(
      final int templateId, final int blockLength, final int length) {
    final UnsafeBuffer record = new UnsafeBuffer(new byte[HEADER + length]);
    MessageHeaderWord.put(
        record, 0, MessageHeaderWord.of(blockLength, templateId, LeaseStateEncoder.SCHEMA_ID, 0));
    return record;
  }

  private static void assertRefused(final ShardService service, final UnsafeBuffer record) {
    assertThrows(
        IllegalArgumentException.class,
        () -> service.snapshot().restore(record, 0, record.capacity()));
  }
}
