package io.tally.counter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.counter.codecs.ScanEncoder;
import io.tally.engine.ServiceReply;
import io.tally.engine.StableHash;
import io.tally.engine.internal.CheckedService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages of a table whose counters come, change and end between them. */
@Timeout(120)
class CounterScansTest {
  private static final long MAX_TTL_NS = 20_000;
  private static final int LARGEST_LIMIT = 65_535;

  private final CheckedService shard =
      new CheckedService(new CounterDefinition(new CounterLimit(0)));
  private final CounterState counters =
      new CounterState(new CounterLimit(1 << 20), new CounterRefusals(), shard);
  private final CounterTable table = counters.table;
  private final CounterScans scans = new CounterScans(shard, counters);
  private final UnsafeBuffer id = new UnsafeBuffer(new byte[256]);
  private final UnsafeBuffer command = new UnsafeBuffer(new byte[512]);
  private final UnsafeBuffer page = new UnsafeBuffer(new byte[CounterPageLayout.MAX_LENGTH]);
  private final CounterPageAdapter adapter = new CounterPageAdapter();
  private ServiceReply reply;

  private void scan(
      final long timeNs,
      final long incarnation,
      final int position,
      final int limit,
      final String prefix) {
    final ScanEncoder encoder = new ScanEncoder();
    encoder
        .wrapAndApplyHeader(command, 0, new MessageHeaderEncoder())
        .incarnation(incarnation)
        .position(position)
        .maxRows(limit)
        .putPrefix(prefix.getBytes(US_ASCII), 0, prefix.length());
    reply = new ServiceReply().wrap(page, 0, page.capacity());
    final int length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    scans.scan(timeNs, command, 0, length, reply);
  }

  /** Ids and values of a page, in their order. */
  private List<Map.Entry<String, Long>> rows() {
    assertTrue(adapter.wrap(page, 0, reply.length()));
    assertFalse(adapter.isGone());
    final List<Map.Entry<String, Long>> rows = new ArrayList<>();
    while (adapter.next()) {
      final byte[] bytes = new byte[adapter.idLength()];
      page.getBytes(adapter.idOffset(), bytes);
      rows.add(Map.entry(new String(bytes, US_ASCII), adapter.value()));
    }
    return rows;
  }

  private int find(final long timeNs, final String name) {
    final int length = id.putStringWithoutLengthAscii(0, name);
    return table.find(timeNs, StableHash.hash(name), id, 0, length);
  }

  private Set<String> living(final CounterTableHistory history, final long timeNs) {
    final Set<String> living = new HashSet<>();
    for (final String name : history.ids()) {
      if (find(timeNs, name) != CounterTable.ABSENT) {
        living.add(name);
      }
    }
    return living;
  }

  @Test
  void shouldShowExactlyOnceWhatLivesThroughoutAndOthersOnceInALifeAtMost() {
    int shownRows = 0;
    for (int seed = 0; seed < 150; seed++) {
      shownRows += new CounterScansTest().checkHistory(new Random(seed));
    }
    assertTrue(shownRows > 10_000, "shown: " + shownRows);
  }

  private int checkHistory(final Random random) {
    final CounterTableHistory history =
        new CounterTableHistory(random, 50 + random.nextInt(300), MAX_TTL_NS);
    CounterTableHistory.Step step = history.next();
    for (int i = random.nextInt(4_000); i >= 0; i--) {
      step = history.next();
      history.apply(table, step);
    }
    long timeNs = step.timeNs();
    Set<String> before = living(history, timeNs);
    final Set<String> throughout = new HashSet<>(before);
    final Map<String, Integer> lives = new HashMap<>();
    before.forEach(name -> lives.put(name, 1));
    final Map<String, Integer> shown = new HashMap<>();
    final int limit = 1 + random.nextInt(40);
    int position = 0;
    do {
      scan(timeNs, 0, position, limit, "");
      for (final Map.Entry<String, Long> row : rows()) {
        final int found = find(timeNs, row.getKey());
        assertNotEquals(CounterTable.ABSENT, found, row.getKey());
        assertEquals(counters.shown(timeNs, found), row.getValue());
        shown.merge(row.getKey(), 1, Integer::sum);
      }
      position = adapter.nextPosition();
      for (int i = random.nextInt(25); i > 0; i--) {
        final CounterTableHistory.Step next = history.next();
        timeNs = next.timeNs();
        // One that has expired by now may be made again by the step.
        before = ended(before, living(history, timeNs), throughout, lives);
        history.apply(table, next);
        before = ended(before, living(history, timeNs), throughout, lives);
      }
    } while (position != 0);
    throughout.forEach(name -> assertEquals(1, shown.get(name), name));
    shown.forEach((name, times) -> assertTrue(times <= lives.get(name), name + " " + times));
    return shown.size();
  }

  private static Set<String> ended(
      final Set<String> before,
      final Set<String> now,
      final Set<String> throughout,
      final Map<String, Integer> lives) {
    throughout.retainAll(now);
    for (final String name : now) {
      if (!before.contains(name)) {
        lives.merge(name, 1, Integer::sum);
      }
    }
    return now;
  }

  /** A position may come from anywhere. */
  @Test
  void shouldGoOnWithTheNextBlockFromAnyPosition() {
    for (int seed = 0; seed < 20; seed++) {
      new CounterScansTest().checkPositions(new Random(seed));
    }
  }

  private void checkPositions(final Random random) {
    final CounterWalk walk = table.walk();
    assertEquals(walk.end(), walk.from(random.nextInt()), "an empty table");
    final CounterTableHistory history =
        new CounterTableHistory(random, 1 + random.nextInt(4_000), MAX_TTL_NS);
    for (int i = random.nextInt(20_000); i >= 0; i--) {
      history.apply(table, history.next());
    }
    final TreeSet<Integer> blocks = new TreeSet<>();
    for (int block = walk.from(0); block != walk.end(); block = walk.after(block)) {
      blocks.add(block);
    }
    for (int position = 0; position <= walk.end() + 10; position++) {
      final Integer next = blocks.ceiling(position);
      assertEquals(next == null ? walk.end() : next, walk.from(position), "from " + position);
    }
    for (int i = 0; i < 1_000; i++) {
      final int position = random.nextInt();
      final Integer next = position < 0 ? null : blocks.ceiling(position);
      assertEquals(next == null ? walk.end() : next, walk.from(position), "from " + position);
    }
  }

  @Test
  void shouldLookAtNoMoreThanItsBlocksForAPage() {
    count("a", 1_500);
    scan(1, 0, 0, LARGEST_LIMIT, "none");
    assertEquals(List.of(), rows());
    final int next = adapter.nextPosition();
    assertNotEquals(0, next);
    scan(1, shard.incarnation(), next, LARGEST_LIMIT, "none");
    assertEquals(List.of(), rows());
    assertEquals(0, adapter.nextPosition());
  }

  @Test
  void shouldShowOnlyIdsWithThePrefix() {
    count("views:", 300);
    count("view", 300);
    count("v", 3);
    scan(1, 0, 0, LARGEST_LIMIT, "views:");
    assertEquals(300, rows().size());
    scan(1, 0, 0, LARGEST_LIMIT, "view");
    assertEquals(600, rows().size());
    scan(1, 0, 0, LARGEST_LIMIT, "views:299");
    assertEquals(List.of(Map.entry("views:299", 299L)), rows());
    scan(1, 0, 0, LARGEST_LIMIT, "views:2999");
    assertEquals(List.of(), rows());
  }

  @Test
  void shouldEndAPageBeforeItIsTooLong() {
    count("x".repeat(250), 500);
    scan(1, 0, 0, LARGEST_LIMIT, "");
    final int first = rows().size();
    assertTrue(first > 80 && first < 100, "rows: " + first);
    assertTrue(reply.length() <= CounterPageLayout.MAX_LENGTH);
    assertNotEquals(0, adapter.nextPosition());
  }

  @Test
  void shouldEndAPageAtItsLimitAndTheScanWithTheLastRow() {
    count("a", 10);
    scan(1, 0, 0, 10, "");
    assertEquals(10, rows().size());
    assertEquals(0, adapter.nextPosition());
    scan(1, 0, 0, 9, "");
    assertEquals(9, rows().size());
    scan(1, 0, adapter.nextPosition(), 9, "");
    assertEquals(List.of(Map.entry("a9", 9L)), rows());
    assertEquals(0, adapter.nextPosition());
  }

  @Test
  void shouldSayThatTheLifeOfTheShardIsOver() {
    count("a", 10);
    scan(1, shard.incarnation() + 1, 1, 10, "");
    assertTrue(adapter.wrap(page, 0, reply.length()));
    assertTrue(adapter.isGone());
    assertFalse(adapter.next());
    scan(1, shard.incarnation(), 0, 10, "");
    assertEquals(10, rows().size());
  }

  @Test
  void shouldRefuseALimitOfNothing() {
    scan(1, 0, 0, 0, "");
    assertFalse(reply.isValid());
  }

  @Test
  void shouldReadNoPageFromOtherBytes() {
    count("a", 10);
    scan(1, 0, 0, 10, "");
    final int length = reply.length();
    for (int cut = 0; cut < CounterPageLayout.ROWS; cut++) {
      assertFalse(adapter.wrap(page, 0, cut));
    }
    for (int cut = CounterPageLayout.ROWS; cut < length; cut++) {
      assertTrue(adapter.wrap(page, 0, cut));
      int count = 0;
      while (adapter.next()) {
        count++;
      }
      assertTrue(count < 10);
    }
    page.putShort(2, (short) 3);
    assertFalse(adapter.wrap(page, 0, length));
  }

  /** Counters of value 0, 1, 2 and so on. */
  private void count(final String prefix, final int count) {
    for (int i = 0; i < count; i++) {
      final String name = prefix + i;
      final int length = id.putStringWithoutLengthAscii(0, name);
      final int row = table.findOrCreate(1, StableHash.hash(name), id, 0, length, false);
      table.change(row, i);
    }
  }
}
