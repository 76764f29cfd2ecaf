package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final ResponseWriter writer = new ResponseWriter(SystemEpochClock.INSTANCE);
  private final HttpExchange exchange =
      new HttpExchange(
          new HttpProtocol(
              0,
              new EndpointTable(List.of(), () -> true),
              1_024,
              new ResponseCounters(1, List.of()),
              error -> {},
              SystemEpochClock.INSTANCE));

  /** The two lines of an answer, each with its line end. */
  private String lines(final long quota, final long windowMs, final long remaining) {
    exchange.reset();
    exchange.rateLimit().policy(quota, windowMs);
    exchange.rateLimit().state(remaining, RateLimit.NO_RESET);
    final String response = response(AnswerShape.text());
    return response.substring(
        response.indexOf("RateLimit-Policy:"), response.indexOf("Content-Length:"));
  }

  private String response(final AnswerShape shape) {
    exchange.shape = shape;
    final ByteBuf out = Unpooled.buffer();
    writer.write(out, exchange, 0);
    return out.toString(US_ASCII);
  }

  @Test
  void shouldSayOfEachPolicyItsOwn() {
    final SplittableRandom random = new SplittableRandom(20_261_201);
    for (int i = 0; i < 10_000; i++) {
      final long quota = random.nextLong(100);
      final long windowMs = 500 * random.nextLong(1, 100);
      final String window = windowMs % 1_000 == 0 ? ";w=" + windowMs / 1_000 : "";
      assertEquals(
          "RateLimit-Policy: \"default\";q=%d%s\r\nRateLimit: \"default\";r=%d\r\n"
              .formatted(quota, window, i),
          lines(quota, windowMs, i));
    }
  }

  @Test
  void shouldSayNoMoreThanAFieldHasRoomFor() {
    assertEquals(
        "RateLimit-Policy: \"default\";q=999999999999999;w=999999999999999\r\n"
            + "RateLimit: \"default\";r=999999999999999\r\n",
        lines(Long.MAX_VALUE, Long.MAX_VALUE / 1_000 * 1_000, Long.MAX_VALUE));
  }

  @Test
  void shouldTellNoClientOfWhatWasAnsweredBefore() {
    lines(100, 1_000, 7);
    for (int i = 0; i < AnswerValues.MAX_INTEGERS; i++) {
      exchange.integer(i, 41 + i);
    }
    exchange.reset();
    final String response =
        response(AnswerShape.json(ScriptedCounters.ID, "a", "b").optional("c", "d", "e"));
    assertFalse(response.contains("RateLimit"), response);
    exchange.reset();
    exchange.rateLimit().state(3, RateLimit.NO_RESET);
    final String withoutPolicy = response(AnswerShape.text());
    assertTrue(withoutPolicy.contains("q=0;w=0\r\n"), withoutPolicy);
    assertTrue(response.endsWith("{\"counter_id\":\"\",\"a\":0,\"b\":0}\n"), response);
  }

  /** Nor do the integers of such an answer. */
  @Test
  void shouldAllocateNothing() {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final ByteBuf out = Unpooled.buffer(1_024);
    exchange.shape = AnswerShape.json(ScriptedCounters.ID, "a").optional("b", "c", "d", "e");
    answer(1_000, out);
    final long before = threads.getCurrentThreadAllocatedBytes();
    answer(100_000, out);
    final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    // Far less than one object an answer: what the measurement itself may cost.
    assertTrue(allocated < 50_000, "allocated " + allocated);
    final String response = out.toString(US_ASCII);
    assertTrue(response.contains("r=99999;t=60\r\n"), response);
    assertTrue(response.endsWith("\"a\":99999,\"b\":1,\"c\":2,\"d\":3,\"e\":4}\n"), response);
  }

  private void answer(final int count, final ByteBuf out) {
    final AnswerShape shape = exchange.shape;
    for (int i = 0; i < count; i++) {
      exchange.reset();
      exchange.shape = shape;
      exchange.integer(0, i);
      for (int other = 1; other < AnswerValues.MAX_INTEGERS; other++) {
        exchange.integer(other, other);
      }
      exchange.rateLimit().policy(100, 60_000);
      exchange.rateLimit().state(i, 60_000);
      writer.write(out.clear(), exchange, 0);
    }
  }
}
