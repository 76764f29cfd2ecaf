package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.WatchLoss;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One entity that this node watches: the read that is registered with its owner, the latest reply,
 * and those to tell it to. Belongs to the watcher.
 */
final class Watch {
  /** Heap that one with one subscription takes, with the longest payload and reply. */
  static final int MAX_BYTES =
      472
          + WatchSubscription.BYTES
          + MessageLengths.SHORT_COMMAND_BOUND
          + MessageLengths.SHORT_REPLY_BOUND;

  final long id;
  final long placementHash;
  final long entityHash;
  final int idHash;
  final int shardId;
  final UnsafeBuffer payload;
  final long payloadHeader;
  Watch nextOfHash;
  WatchQueue queue;
  Watch previous;
  Watch next;
  long dueNs;

  private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
  private int valueLength;
  private boolean hasValue;
  private long incarnation;
  private long order;
  private long version;
  private long toldNs;
  private int serviceCode;
  private WatchLoss loss;
  private int copy;
  private final ServiceFaultHandler faults;
  private boolean blocked;
  private long blockedNs;
  private long newsCount;
  private WatchSubscription first;
  private WatchSubscription firstPaused;

  /** The next to be told, while one is. */
  private WatchSubscription cursor;

  Watch(
      final long id,
      final long placementHash,
      final long entityHash,
      final int idHash,
      final int shardId,
      final DirectBuffer message,
      final int offset,
      final int length,
      final ServiceFaultHandler faults) {
    this.id = id;
    this.faults = faults;
    this.placementHash = placementHash;
    this.entityHash = entityHash;
    this.idHash = idHash;
    this.shardId = shardId;
    payload = new UnsafeBuffer(new byte[length]);
    payload.putBytes(0, message, offset, length);
    payloadHeader = MessageHeaderWord.get(payload, 0);
  }

  boolean isOf(
      final long hash,
      final long placement,
      final DirectBuffer message,
      final int offset,
      final int length) {
    if (entityHash != hash || placementHash != placement || payload.capacity() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (payload.getByte(i) != message.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }

  /** The id of its latest registration; negative, as the watch's id is. */
  long correlationId() {
    return WatchLayout.correlationId(id, copy);
  }

  /** The id of another registration, which leaves. */
  long nextCorrelationId() {
    copy++;
    return correlationId();
  }

  /** What a registration with this incarnation of the shard says of the version held. */
  long held(final long shardIncarnation) {
    return hasValue && incarnation == shardIncarnation
        ? WatchLayout.held(version)
        : WatchLayout.NOTHING_HELD;
  }

  /** Notes that there is no room on the way; whether that has been so for this long. */
  boolean isBlockedFor(final long limitNs, final long nowNs) {
    if (!blocked) {
      blocked = true;
      blockedNs = nowNs;
    }
    return nowNs - blockedNs >= limitNs;
  }

  void unblock() {
    blocked = false;
  }

  boolean isUnwatched() {
    return first == null && firstPaused == null;
  }

  void add(final WatchSubscription added) {
    final WatchSubscription head = added.isPaused() ? firstPaused : first;
    added.previous = null;
    added.next = head;
    if (head != null) {
      head.previous = added;
    }
    setHead(added.isPaused(), added);
  }

  void remove(final WatchSubscription removed) {
    if (removed.previous == null) {
      setHead(removed.isPaused(), removed.next);
    } else {
      removed.previous.next = removed.next;
    }
    if (removed.next != null) {
      removed.next.previous = removed.previous;
    }
    if (cursor == removed) {
      cursor = removed.next;
    }
  }

  private void setHead(final boolean ofPaused, final WatchSubscription head) {
    if (ofPaused) {
      firstPaused = head;
    } else {
      first = head;
    }
  }

  /**
   * Takes what the owner has told, unless it had told something newer before. The version does not
   * say so: a deleted entity has the least of all.
   */
  void onTold(
      final long nowNs,
      final long shardIncarnation,
      final int code,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final long newOrder,
      final long newVersion) {
    if (shardIncarnation == incarnation && newOrder <= order) {
      return;
    }
    final boolean isNews = !hasValue || shardIncarnation != incarnation || newVersion != version;
    incarnation = shardIncarnation;
    order = newOrder;
    if (isNews) {
      version = newVersion;
      toldNs = nowNs;
      serviceCode = code;
      if (value.capacity() < length) {
        value.wrap(new byte[MessageLengths.SHORT_REPLY_BOUND]);
      }
      value.putBytes(0, buffer, offset, length);
      valueLength = length;
      hasValue = true;
      loss = null;
      newsCount++;
      tellAll(first);
    }
  }

  void onLost(final WatchLoss reason) {
    hasValue = false;
    if (loss != reason) {
      loss = reason;
      newsCount++;
      tellAll(first);
      tellAll(firstPaused);
    }
  }

  /** Tells what there is, if there is something. */
  void tell(final WatchSubscription subscription) {
    subscription.toldNews = newsCount;
    if (hasValue) {
      subscription.watcher.toldNs(toldNs);
      subscription.handler.onValue(incarnation, version, serviceCode, value, 0, valueLength);
    } else if (loss != null) {
      subscription.handler.onLost(loss);
    }
  }

  /** Tells what has not been told to it yet. */
  void tellNews(final WatchSubscription subscription) {
    if (subscription.toldNews != newsCount) {
      tell(subscription);
    }
  }

  /**
   * A handler may close, pause or resume any of the subscriptions, and add others, which have been
   * told already.
   */
  private void tellAll(final WatchSubscription head) {
    for (WatchSubscription told = head; told != null; told = cursor) {
      cursor = told.next;
      try {
        tellNews(told);
      } catch (final RuntimeException fault) {
        // It must not keep the others from the news, nor the commands behind it.
        faults.onFault(shardId, fault);
      }
    }
  }
}
