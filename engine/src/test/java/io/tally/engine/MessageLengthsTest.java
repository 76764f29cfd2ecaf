package io.tally.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.stock.StockServiceFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class MessageLengthsTest {
  private final MessageLengths stocks = MessageLengths.of(new StockServiceFactory());
  private final MessageLengths blobs = MessageLengths.of(new BlobService.Factory());

  @Test
  void shouldCutSlotsForTheLongestMessageOfAServiceWithoutLongOnes() {
    final ShardServiceFactory services = new StockServiceFactory();
    assertEquals(services.maxCommandLength(), stocks.shortCommand());
    assertEquals(services.maxReplyLength(), stocks.shortReply());
    assertFalse(stocks.hasLongCommands());
    assertFalse(stocks.hasLongReplies());
    assertEquals(1, stocks.minRingSlots());
    assertEquals(64, stocks.replyQueueSlots(64));
    assertEquals(stocks.maxMessage(), stocks.maxBetweenNodes());
  }

  @Test
  void shouldCutSlotsForTheShortMessagesOfAServiceWithLongOnes() {
    assertEquals(MessageLengths.SHORT_COMMAND_BOUND, blobs.shortCommand());
    assertEquals(Integer.BYTES, blobs.shortReply(), "its one short answer is a number");
    assertTrue(blobs.hasLongCommands());
    assertTrue(blobs.hasLongReplies());
    assertEquals(MessageLengths.MAX_BETWEEN_NODES, blobs.maxBetweenNodes());
    assertTrue(EngineSettings.DEFAULT.ringSlots() >= blobs.minRingSlots());
    final int slots = EngineSettings.DEFAULT.replyCount();
    assertEquals(slots, blobs.replyQueueSlots(slots), "the default has room for long replies");
  }

  @Test
  void shouldLetTheLongestMessageThroughWithinItsBounds() {
    assertTrue(MessageLengths.fitsBetweenNodes(BlobService.MAX_MEDIUM_BLOB));
    assertFalse(MessageLengths.fitsBetweenNodes(BlobService.MAX_BLOB));
  }

  @Test
  void shouldTakeSoManyOfTheLongestRepliesAlsoInASmallQueue() {
    final ReplyQueue queue = new ReplyQueue(2, blobs, () -> {});
    final MessageClaim claim = new MessageClaim();
    for (int i = 0; i < 8; i++) {
      assertTrue(queue.tryClaim(ReplyLayout.encodedLength(BlobService.MAX_BLOB), claim));
      claim.abort();
    }
  }
}
