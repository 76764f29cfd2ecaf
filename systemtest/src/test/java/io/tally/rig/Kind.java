package io.tally.rig;

import java.util.Locale;

/** What clients ask for. Every row sends all of it, and fails if some of it never succeeded. */
enum Kind {
  READ(true, false),
  LIST(false, false),
  ADD(true, false),
  BOUNDED_ADD(false, false),
  ADD_WITH_TTL(false, false),
  SET(false, false),
  COMPARE_AND_SET(false, true),
  DELETE(false, false),
  COMPARE_AND_DELETE(false, false),
  WINDOW_LIMIT(false, true),
  BURST_LIMIT(false, true),
  BATCH(false, false),
  ATOMIC_BATCH(false, false);

  private final boolean isKnownToOldest;
  private final boolean isDeclinedAtTimes;

  Kind(final boolean isKnownToOldest, final boolean isDeclinedAtTimes) {
    this.isKnownToOldest = isKnownToOldest;
    this.isDeclinedAtTimes = isDeclinedAtTimes;
  }

  /** Whether the oldest build with which this one works together has it, too. */
  boolean isKnownToOldest() {
    return isKnownToOldest;
  }

  /** Whether some are answered 412 or 429 under any load. */
  boolean isDeclinedAtTimes() {
    return isDeclinedAtTimes;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
