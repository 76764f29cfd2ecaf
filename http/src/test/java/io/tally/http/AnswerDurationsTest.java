package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** What events say of durations, some time after the service told them. */
class AnswerDurationsTest {
  private static final AnswerShape PLAIN =
      AnswerShape.json(ScriptedCounters.ID, "left_ms").tag("token").optional("wait_ms", "other");

  private static final AnswerShape SHAPE = PLAIN.durations(0, 3);

  private static String event(
      final AnswerShape shape, final ReplyEvents.Told told, final long passedMs) {
    final ByteBuf out = Unpooled.buffer();
    new ReplyEvents<>(null, null, null, shape).write(told, passedMs, new EventWriter().to(out));
    return out.toString(US_ASCII);
  }

  private static ReplyEvents.Told told(final long leftMs, final long waitMs) {
    final ReplyEvents.Told told = new ReplyEvents.Told();
    told.integer(0, leftMs);
    told.integer(3, waitMs);
    told.integer(4, 1);
    return told;
  }

  @Test
  void shouldTellWhatIsLeft() {
    final ReplyEvents.Told told = told(100, 200);
    told.integer(1, 16);
    told.integer(2, 9);
    assertEquals(
        ",\"left_ms\":100,\"token\":\"10-9\",\"wait_ms\":200,\"other\":1", event(SHAPE, told, 0));
    assertEquals(
        ",\"left_ms\":70,\"token\":\"10-9\",\"wait_ms\":170,\"other\":1", event(SHAPE, told, 30));
  }

  @Test
  void shouldTellNoEndBeforeTheService() {
    assertEquals(",\"left_ms\":1,\"wait_ms\":1,\"other\":1", event(SHAPE, told(100, 200), 199));
    assertEquals(",\"left_ms\":0,\"wait_ms\":1,\"other\":1", event(SHAPE, told(0, 200), 199));
  }

  @Test
  void shouldLeaveOutAnOptionalDurationAtItsEnd() {
    assertEquals(",\"left_ms\":1,\"other\":1", event(SHAPE, told(100, 200), 200));
    assertEquals(",\"left_ms\":1,\"other\":1", event(SHAPE, told(100, 200), 1_000));
  }

  @Test
  void shouldTellWhatIsNoDurationAsItWas() {
    assertEquals(
        ",\"left_ms\":100,\"wait_ms\":200,\"other\":1", event(PLAIN, told(100, 200), 1_000));
    final AnswerShape later = PLAIN.durations(0).durations(3);
    assertEquals(",\"left_ms\":1,\"other\":1", event(later, told(100, 200), 1_000));
  }

  @Test
  void shouldRefuseADurationThatIsNoInteger() {
    for (final int index : new int[] {-1, 1, 2, 5}) {
      assertThrows(IllegalArgumentException.class, () -> PLAIN.durations(index), "at " + index);
    }
  }
}
