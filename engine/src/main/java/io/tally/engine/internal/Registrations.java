package io.tally.engine.internal;

import io.tally.engine.IdHash;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Who watches which entities of one shard: one registration for each entity and node. Entities are
 * told apart by their ids, and found by a hash with a secret, since clients choose what is watched.
 * Allocates for a new registration only. Belongs to the shard.
 */
final class Registrations {
  private final WatchLimit limit;
  private final IdHash idHash;
  private final TimerAlarm alarm;

  /** The first of those of each hash; entities of several services may have the same id. */
  final Int2ObjectHashMap<Registration> byIdHash = new Int2ObjectHashMap<>();

  /** The ends of the list, in which all follow each other in the order in which they expire. */
  private final Registration ends = new Registration(null, 0, 0);

  private Registration firstChanged;
  private Registration lastChanged;
  private int size;

  Registrations(final WatchLimit limit, final IdHash idHash, final TimerAlarm alarm) {
    this.limit = limit;
    this.idHash = idHash;
    this.alarm = alarm;
    ends.later = ends;
    ends.earlier = ends;
  }

  int size() {
    return size;
  }

  /** When the first expires, which must exist. */
  long nextExpiryNs() {
    return ends.later.expiryNs;
  }

  /** The registration of an entity for a node; null if there is none. */
  Registration find(
      final ServiceSlot slot,
      final long originNodeKey,
      final DirectBuffer buffer,
      final int idOffset,
      final int idLength) {
    Registration next = byIdHash.get(idHash.hash(buffer, idOffset, idLength));
    while (next != null
        && (next.originNodeKey != originNodeKey || !next.isOf(slot, buffer, idOffset, idLength))) {
      next = next.nextOfHash;
    }
    return next;
  }

  /** Adds one, which is to be renewed at once. Null if there is no place for it. */
  Registration add(
      final ServiceSlot slot,
      final long originNodeKey,
      final DirectBuffer buffer,
      final int idOffset,
      final int idLength) {
    if (!limit.tryTake()) {
      return null;
    }
    final int hash = idHash.hash(buffer, idOffset, idLength);
    final Registration added = new Registration(slot, hash, originNodeKey);
    added.nextOfHash = byIdHash.put(hash, added);
    size++;
    return added;
  }

  /** No other may expire later. */
  void expireLast(final Registration renewed, final long expiryNs) {
    unlink(renewed);
    renewed.expiryNs = expiryNs;
    renewed.earlier = ends.earlier;
    renewed.later = ends;
    ends.earlier.later = renewed;
    ends.earlier = renewed;
  }

  void expire(final long timeNs) {
    while (ends.later != ends && ends.later.expiryNs <= timeNs) {
      remove(ends.later);
    }
  }

  void remove(final Registration removed) {
    unlink(removed);
    removed.isRemoved = true;
    final Registration first = byIdHash.get(removed.idHash);
    if (first != removed) {
      Registration before = first;
      while (before.nextOfHash != removed) {
        before = before.nextOfHash;
      }
      before.nextOfHash = removed.nextOfHash;
    } else if (removed.nextOfHash == null) {
      byIdHash.remove(removed.idHash);
    } else {
      byIdHash.put(removed.idHash, removed.nextOfHash);
    }
    size--;
    if (size == 0) {
      byIdHash.compact();
    }
    limit.release();
  }

  /** As {@link io.tally.engine.ShardContext#changed}. */
  void changed(
      final ServiceSlot slot, final DirectBuffer buffer, final int idOffset, final int idLength) {
    if (size != 0) {
      noteChanged(slot, buffer, idOffset, idLength);
    }
  }

  private void noteChanged(
      final ServiceSlot slot, final DirectBuffer buffer, final int idOffset, final int idLength) {
    final int hash = idHash.hash(buffer, idOffset, idLength);
    for (Registration next = byIdHash.get(hash); next != null; next = next.nextOfHash) {
      if (!next.isChanged && next.isOf(slot, buffer, idOffset, idLength)) {
        next.isChanged = true;
        if (lastChanged == null) {
          firstChanged = next;
        } else {
          lastChanged.nextChanged = next;
        }
        lastChanged = next;
        alarm.changed();
      }
    }
  }

  /** The one whose entity changed first, which is noted no more. Null if there is none. */
  Registration pollChanged() {
    Registration next = takeChanged();
    while (next != null && next.isRemoved) {
      next = takeChanged();
    }
    return next;
  }

  boolean hasChanged() {
    return firstChanged != null;
  }

  private Registration takeChanged() {
    final Registration taken = firstChanged;
    if (taken != null) {
      firstChanged = taken.nextChanged;
      lastChanged = firstChanged == null ? null : lastChanged;
      taken.nextChanged = null;
      taken.isChanged = false;
    }
    return taken;
  }

  private static void unlink(final Registration linked) {
    if (linked.later != null) {
      linked.later.earlier = linked.earlier;
      linked.earlier.later = linked.later;
      linked.later = null;
      linked.earlier = null;
    }
  }
}
