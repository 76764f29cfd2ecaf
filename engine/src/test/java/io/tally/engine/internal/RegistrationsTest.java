package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The table against a plain list of what it should hold. */
final class RegistrationsTest {
  private static final int OPERATIONS = 400;
  private static final int MAX = 12;
  private static final long EXPIRY_NS = 30;

  private record Row(long entityHash, long node, Registration registration) {}

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void shouldFindExpireAndNoteWhatAListWould(@ForAll final Random random) {
    final WatchLimit limit = new WatchLimit(MAX);
    final Registrations table = new Registrations(limit, new TimerAlarm());
    final List<Row> rows = new ArrayList<>();
    final Deque<Row> changed = new ArrayDeque<>();
    long nowNs = 0;
    for (int i = 0; i < OPERATIONS; i++) {
      nowNs += random.nextInt(4);
      // Few hashes, which the index puts into one place, and into one chain.
      final long hash = random.nextInt(4) * (1L << 40);
      final long node = random.nextInt(6);
      final Row known =
          rows.stream()
              .filter(row -> row.entityHash == hash && row.node == node)
              .findAny()
              .orElse(null);
      assertSame(known == null ? null : known.registration, table.find(null, hash, node));
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          if (known != null) {
            rows.remove(known);
            rows.add(known);
            table.expireLast(known.registration, nowNs + EXPIRY_NS);
          } else if (rows.size() == MAX) {
            assertNull(table.add(null, hash, node));
          } else {
            final Registration added = table.add(null, hash, node);
            assertNotNull(added);
            table.expireLast(added, nowNs + EXPIRY_NS);
            rows.add(new Row(hash, node, added));
          }
        }
        case 2 -> {
          if (known != null) {
            table.remove(known.registration);
            rows.remove(known);
            changed.remove(known);
          }
        }
        case 3 -> {
          table.changed(null, hash);
          rows.stream()
              .filter(row -> row.entityHash == hash && !changed.contains(row))
              .forEach(changed::add);
        }
        case 4 -> {
          final Registration next = table.pollChanged();
          if (changed.isEmpty()) {
            assertNull(next);
          } else {
            // Those of one entity may have any order.
            final long first = changed.peek().entityHash;
            final Row taken =
                changed.stream().filter(row -> row.registration == next).findAny().orElseThrow();
            assertEquals(first, taken.entityHash);
            changed.remove(taken);
          }
        }
        default -> {
          final long expired = nowNs;
          table.expire(expired);
          rows.stream()
              .filter(row -> row.registration.isRemoved)
              .forEach(row -> assertEquals(true, row.registration.expiryNs <= expired));
          rows.removeIf(row -> row.registration.expiryNs <= expired);
          changed.removeIf(row -> row.registration.expiryNs <= expired);
          rows.forEach(row -> assertEquals(false, row.registration.isRemoved));
        }
      }
      assertEquals(rows.size(), table.size());
      assertEquals(rows.size(), limit.taken());
      if (!rows.isEmpty()) {
        assertEquals(rows.get(0).registration.expiryNs, table.nextExpiryNs());
      }
    }
  }
}
