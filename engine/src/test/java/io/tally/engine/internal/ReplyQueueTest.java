package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.codecs.ReplyCode;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class ReplyQueueTest {
  private static final int MAX_REPLY_LENGTH = 40;

  private final List<Long> received = new ArrayList<>();
  private final MessageClaim claim = new MessageClaim();
  private final ReplyProxy proxy = new ReplyProxy();
  private final Command command = new Command();
  private final UnsafeBuffer payload = new UnsafeBuffer(new byte[MAX_REPLY_LENGTH]);

  @Test
  void shouldHoldTheReplyCountItWasMadeForWhateverTheirLength() {
    for (int replyCount = 1; replyCount <= 64; replyCount <<= 1) {
      final ReplyQueue queue = queue(replyCount);
      for (int i = 0; i < replyCount; i++) {
        assertTrue(put(queue, i, MAX_REPLY_LENGTH), replyCount + " replies");
      }
      received.clear();
      assertEquals(replyCount, queue.drain(this::onReply));
      assertEquals(replyCount, received.size());
    }
  }

  @Test
  void shouldDrainEverythingInOneCallAlsoBehindTheWrap() {
    final ReplyQueue queue = queue(8);
    long next = 0;
    long expected = 0;
    for (int round = 0; round < 200; round++) {
      final int length = round % (MAX_REPLY_LENGTH + 1);
      int put = 0;
      while (put < 5 && put(queue, next, length)) {
        next++;
        put++;
      }
      assertTrue(put > 0);
      received.clear();
      assertEquals(put, queue.drain(this::onReply));
      for (final long correlationId : received) {
        assertEquals(expected++, correlationId);
      }
    }
    assertEquals(next, expected);
  }

  @Test
  void shouldRefuseWhenFullAndHaveRoomAfterADrain() {
    final ReplyQueue queue = queue(8);
    int count = 0;
    while (put(queue, count, MAX_REPLY_LENGTH)) {
      count++;
    }
    assertTrue(count >= 8);
    assertFalse(put(queue, count, MAX_REPLY_LENGTH));
    assertEquals(count, queue.drain(this::onReply));
    assertTrue(put(queue, count, MAX_REPLY_LENGTH));
  }

  @Test
  void shouldTakeSomeLongRepliesAndThenStillAllTheShortOnesThatItWasMadeFor() {
    final int replyCount = 16;
    final MessageLengths lengths = new MessageLengths(0, 0, MAX_REPLY_LENGTH, 60_000);
    final ReplyQueue queue = new ReplyQueue(replyCount, lengths, () -> {});
    for (int round = 0; round < 20; round++) {
      int longCount = 0;
      while (queue.tryClaim(ReplyLayout.encodedLength(60_000 - round), claim)) {
        claim.abort();
        longCount++;
      }
      assertTrue(longCount >= 4, longCount + " long ones in round " + round);
      for (int i = 0; i < replyCount; i++) {
        assertTrue(put(queue, i, MAX_REPLY_LENGTH));
      }
      received.clear();
      queue.drain(this::onReply);
      assertEquals(replyCount, received.size());
      assertEquals(0, queue.depth());
    }
  }

  @Test
  void shouldLeaveTheirRoomToTheRepliesOfAllPendingSlots() {
    final int replyCount = 32;
    final ReplyQueue queue = queue(replyCount);
    int spare = 0;
    while (queue.hasSpareSlots()) {
      assertTrue(queue.tryClaim(ReplyLayout.encodedLength(MAX_REPLY_LENGTH), claim));
      claim.abort();
      spare++;
    }
    assertTrue(spare > 0);
    // There are replies to as many pending slots as half of the queue, and late ones.
    for (int i = 0; i < replyCount / 2 + replyCount / 4; i++) {
      assertTrue(put(queue, i, MAX_REPLY_LENGTH));
      assertFalse(queue.hasSpareSlots());
    }
  }

  private static ReplyQueue queue(final int replyCount) {
    return new ReplyQueue(replyCount, lengths(MAX_REPLY_LENGTH), () -> {});
  }

  private static MessageLengths lengths(final int maxReplyLength) {
    return new MessageLengths(0, 0, maxReplyLength, maxReplyLength);
  }

  private boolean put(final ReplyQueue queue, final long correlationId, final int length) {
    if (!queue.tryClaim(ReplyLayout.encodedLength(length), claim)) {
      return false;
    }
    command.correlationId = correlationId;
    proxy.encode(claim, command, 1, ReplyCode.ANSWERED, 0, false, payload, 0, length);
    claim.commit();
    return true;
  }

  private void onReply(
      final long correlationId,
      final ReplyCode code,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    received.add(correlationId);
  }
}
