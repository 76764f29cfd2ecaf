package io.tally.rig;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;

/** How many requests of each kind ended in which way. Thread-safe. */
final class Outcomes {
  /** What settles an earlier request is a request of its own, which has been counted. */
  private static final Set<Ending> OF_REQUESTS =
      EnumSet.complementOf(EnumSet.of(Ending.SETTLED, Ending.GIVEN_UP));

  private final AtomicLongArray counts =
      new AtomicLongArray(Kind.values().length * Ending.values().length);

  void add(final Kind kind, final Ending ending) {
    counts.incrementAndGet(index(kind, ending));
  }

  long of(final Kind kind, final Ending ending) {
    return counts.get(index(kind, ending));
  }

  long of(final Ending ending) {
    return Arrays.stream(Kind.values()).mapToLong(kind -> of(kind, ending)).sum();
  }

  private static int index(final Kind kind, final Ending ending) {
    return kind.ordinal() * Ending.values().length + ending.ordinal();
  }

  private long sent(final Kind kind) {
    return OF_REQUESTS.stream().mapToLong(ending -> of(kind, ending)).sum();
  }

  /**
   * What did not happen and should have, or the other way round.
   *
   * @param oldest whether nodes of the oldest build took part.
   */
  List<String> violations(final boolean oldest) {
    final List<String> violations = new ArrayList<>();
    for (final Kind kind : Kind.values()) {
      if (of(kind, Ending.OK) == 0) {
        violations.add("no " + kind.label() + " succeeded: " + describe(kind));
      }
      if (kind.isDeclinedAtTimes() && of(kind, Ending.DECLINED) == 0) {
        violations.add("no " + kind.label() + " was declined: " + describe(kind));
      }
      for (final Ending ending : List.of(Ending.UNSUPPORTED, Ending.UNHEARD_OF)) {
        final boolean isMet = of(kind, ending) > 0;
        if (isMet && (!oldest || kind.isKnownToOldest())) {
          violations.add(kind.label() + " was " + ending.label() + ": " + describe(kind));
        } else if (!isMet && oldest && !kind.isKnownToOldest()) {
          violations.add("no " + kind.label() + " was " + ending.label() + ": " + describe(kind));
        }
      }
    }
    return violations;
  }

  private String describe(final Kind kind) {
    return Arrays.stream(Ending.values())
        .filter(ending -> of(kind, ending) > 0)
        .map(ending -> of(kind, ending) + " " + ending.label())
        .collect(Collectors.joining(", ", kind.label() + " " + sent(kind) + " (", ")"));
  }

  @Override
  public String toString() {
    return Arrays.stream(Kind.values()).map(this::describe).collect(Collectors.joining("; "));
  }
}
