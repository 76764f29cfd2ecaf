package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.EngineSettings;
import io.tally.engine.ServiceDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class MessageLengthsTest {
  private final MessageLengths stocks = MessageLengths.of(List.of(StockService.definition()));
  private final MessageLengths blobs = MessageLengths.of(List.of(new BlobService.Definition()));

  @Test
  void shouldCutSlotsForTheLongestMessageOfAServiceWithoutLongOnes() {
    final ServiceDefinition service = StockService.definition();
    assertEquals(service.maxCommandLength(), stocks.shortCommand());
    assertEquals(service.messages().get(0).maxReplyLength(), stocks.shortReply());
    assertFalse(stocks.hasLongCommands());
    assertFalse(stocks.hasLongReplies());
    assertEquals(1, stocks.minRingSlots());
    assertEquals(64, stocks.replyQueueSlots(64));
    assertEquals(256, stocks.maxBetweenNodes(), "the link takes none for less");
  }

  @Test
  void shouldCutSlotsForTheShortMessagesOfAServiceWithLongOnes() {
    assertEquals(MessageLengths.SHORT_COMMAND_BOUND, blobs.shortCommand());
    assertEquals(Integer.BYTES, blobs.shortReply(), "its one short answer is a number");
    assertTrue(blobs.hasLongCommands());
    assertTrue(blobs.hasLongReplies());
    assertEquals(MessageLengths.MAX_BETWEEN_NODES, blobs.maxBetweenNodes());
    assertTrue(EngineSettings.DEFAULT.ringSlots() >= blobs.minRingSlots());
  }

  @Test
  void shouldLetTheLongestMessageThroughWithinItsBounds() {
    assertTrue(MessageLengths.fitsBetweenNodes(BlobService.MAX_MEDIUM_BLOB));
    assertFalse(MessageLengths.fitsBetweenNodes(BlobService.MAX_BLOB));
  }
}
