package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.tally.engine.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExchangeRingTest {
  private static final int CAPACITY = 37;

  private final ExchangeRing ring = new ExchangeRing(CAPACITY);

  private static final class Numbered extends Exchange {
    private int given;

    @Override
    protected void reset() {
      given = 0;
    }

    @Override
    protected void onReply(
        final int part,
        final Outcome outcome,
        final int serviceCode,
        final long shardIncarnation,
        final boolean replayed,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
      complete();
    }

    @Override
    protected void refuse(final Cutoff cutoff) {
      complete();
    }

    @Override
    protected void write(final ByteBuf out, final long nowNs) {
      given++;
    }

    @Override
    protected int answerBytes() {
      return given;
    }
  }

  private Numbered add() {
    final Numbered exchange = new Numbered();
    exchange.begin(null, ring.add(exchange));
    return exchange;
  }

  private static int number(final Exchange exchange) {
    return Exchange.number(exchange.cookie(0));
  }

  @Test
  void shouldFindEachByItsNumberAndGiveThemBackInOrder() {
    final Random random = new Random(20_261_129);
    final Deque<Numbered> model = new ArrayDeque<>();
    final List<Integer> written = new ArrayList<>();
    int grown = 0;
    for (int round = 0; round < 200_000; round++) {
      if (random.nextInt(8) < 4 + round % 3 && !ring.isFull()) {
        model.addLast(add());
        grown = Math.max(grown, model.size());
      } else if (!model.isEmpty()) {
        assertNull(ring.firstReady());
        final Numbered oldest = model.removeFirst();
        oldest.ready = true;
        assertSame(oldest, ring.firstReady());
        ring.removeFirst();
        written.add(number(oldest));
      }
      assertEquals(model.size(), ring.count());
      if (!model.isEmpty()) {
        assertSame(model.peekLast(), ring.last());
        for (final Numbered underWay : model) {
          assertSame(underWay, ring.get(number(underWay)));
        }
      }
      if (!written.isEmpty()) {
        assertNull(ring.get(written.get(random.nextInt(written.size()))));
      }
    }
    assertEquals(CAPACITY, grown);
  }

  @Test
  void shouldTakeNoMoreThanItsCapacity() {
    for (int i = 0; i < CAPACITY; i++) {
      add();
    }
    assertTrue(ring.isFull());
    assertThrows(IllegalStateException.class, this::add);
  }

  @Test
  void shouldKeepThoseThatWaitWhenItEnds() {
    final Numbered waiting = add();
    final Numbered ready = add();
    ready.ready = true;
    assertEquals(1, ring.readyParts());
    ring.end();
    assertEquals(0, ring.count());
    assertSame(waiting, ring.get(number(waiting)));
    assertNull(ring.get(number(ready)));
  }
}
