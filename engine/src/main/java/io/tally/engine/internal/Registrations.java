package io.tally.engine.internal;

import org.agrona.collections.Long2ObjectHashMap;

/**
 * Who watches which entities of one shard: one registration for each entity and node. Allocates for
 * a new registration only. Belongs to the shard.
 */
final class Registrations {
  private final WatchLimit limit;
  private final TimerAlarm alarm;

  /** The first of those of each entity hash; entities of several services may share one. */
  private final Long2ObjectHashMap<Registration> byEntity = new Long2ObjectHashMap<>();

  /** All lie between its later and its earlier one, in the order in which they expire. */
  private final Registration ends = new Registration(null, 0, 0);

  private Registration firstChanged;
  private Registration lastChanged;
  private int size;

  Registrations(final WatchLimit limit, final TimerAlarm alarm) {
    this.limit = limit;
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

  /** Null if there is none. */
  Registration find(final ServiceSlot slot, final long entityHash, final long originNodeKey) {
    Registration next = byEntity.get(entityHash);
    while (next != null && (next.slot != slot || next.originNodeKey != originNodeKey)) {
      next = next.nextOfEntity;
    }
    return next;
  }

  /** To be renewed at once. Null if there is no place for it. */
  Registration add(final ServiceSlot slot, final long entityHash, final long originNodeKey) {
    if (!limit.tryTake()) {
      return null;
    }
    final Registration added = new Registration(slot, entityHash, originNodeKey);
    added.nextOfEntity = byEntity.put(entityHash, added);
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
    final Registration first = byEntity.get(removed.entityHash);
    if (first != removed) {
      Registration before = first;
      while (before.nextOfEntity != removed) {
        before = before.nextOfEntity;
      }
      before.nextOfEntity = removed.nextOfEntity;
    } else if (removed.nextOfEntity == null) {
      byEntity.remove(removed.entityHash);
    } else {
      byEntity.put(removed.entityHash, removed.nextOfEntity);
    }
    size--;
    if (size == 0) {
      byEntity.compact();
    }
    limit.release();
  }

  /** As {@link io.tally.engine.ShardContext#changed}. */
  void changed(final ServiceSlot slot, final long entityHash) {
    if (size != 0) {
      noteChanged(slot, entityHash);
    }
  }

  private void noteChanged(final ServiceSlot slot, final long entityHash) {
    for (Registration next = byEntity.get(entityHash); next != null; next = next.nextOfEntity) {
      if (next.slot == slot && !next.isChanged) {
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
