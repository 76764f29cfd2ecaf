package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.EntityMessage;
import io.tally.engine.IdHash;
import io.tally.engine.MessageHeaderWord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.concurrent.UnsafeBuffer;

/** The table against a plain list of what it should hold. */
final class RegistrationsTest {
  private static final int OPERATIONS = 400;
  private static final int MAX = 12;

  /** All have one hash where the secret is 0. */
  private static final String[] IDS = {"a", "b", "ab", "abc"};

  private static final int ID_OFFSET = MessageHeaderWord.ENCODED_LENGTH + Short.BYTES;
  private static final long EXPIRY_NS = 30;

  private record Row(String id, long node, Registration registration) {}

  private static IdHash secret(final Random random) {
    return new IdHash(random.nextBoolean() ? random::nextLong : () -> 0);
  }

  private static UnsafeBuffer bytes(final String id) {
    return new UnsafeBuffer(id.getBytes(StandardCharsets.US_ASCII));
  }

  private static Registration find(final Registrations table, final String id, final long node) {
    return table.find(null, node, bytes(id), 0, id.length());
  }

  private static Registration add(final Registrations table, final String id, final long node) {
    final Registration added = table.add(null, node, bytes(id), 0, id.length());
    if (added != null) {
      final Command command = new Command();
      command.payloadLength = ID_OFFSET + id.length();
      final UnsafeBuffer read = new UnsafeBuffer(new byte[command.payloadLength]);
      read.putShort(MessageHeaderWord.ENCODED_LENGTH, (short) id.length(), LITTLE_ENDIAN);
      read.putStringWithoutLengthAscii(ID_OFFSET, id);
      command.buffer = read;
      final EntityMessage entity = new EntityMessage();
      assertTrue(entity.wrap(read, 0, command.payloadLength));
      added.renew(command, entity, null);
    }
    return added;
  }

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void shouldFindExpireAndNoteWhatAListWould(@ForAll final Random random) {
    final WatchLimit limit = new WatchLimit(MAX);
    final Registrations table = new Registrations(limit, secret(random), new TimerAlarm());
    final List<Row> rows = new ArrayList<>();
    final Deque<Row> changed = new ArrayDeque<>();
    long nowNs = 0;
    for (int i = 0; i < OPERATIONS; i++) {
      nowNs += random.nextInt(4);
      final String id = IDS[random.nextInt(IDS.length)];
      final long node = random.nextInt(6);
      final Row known =
          rows.stream().filter(row -> row.id.equals(id) && row.node == node).findAny().orElse(null);
      assertSame(known == null ? null : known.registration, find(table, id, node));
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          if (known != null) {
            rows.remove(known);
            rows.add(known);
            table.expireLast(known.registration, nowNs + EXPIRY_NS);
          } else if (rows.size() == MAX) {
            assertNull(add(table, id, node));
          } else {
            final Registration added = add(table, id, node);
            assertNotNull(added);
            table.expireLast(added, nowNs + EXPIRY_NS);
            rows.add(new Row(id, node, added));
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
          table.changed(null, bytes(id), 0, id.length());
          rows.stream()
              .filter(row -> row.id.equals(id) && !changed.contains(row))
              .forEach(changed::add);
        }
        case 4 -> {
          final Registration next = table.pollChanged();
          if (changed.isEmpty()) {
            assertNull(next);
          } else {
            // Those of one entity may have any order.
            final String first = changed.peek().id;
            final Row taken =
                changed.stream().filter(row -> row.registration == next).findAny().orElseThrow();
            assertEquals(first, taken.id);
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
