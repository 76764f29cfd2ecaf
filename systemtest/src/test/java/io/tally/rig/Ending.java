package io.tally.rig;

import java.util.Locale;

/** How requests end. */
enum Ending {
  OK,
  /** A condition did not hold, or too little of a quota was left. */
  DECLINED,
  /** Certainly not applied. */
  REFUSED,
  /** The same, because the owner is of a build that does not know the request. */
  UNSUPPORTED,
  /** The same, because the node that was asked is of a build that does not know the request. */
  UNHEARD_OF,
  UNKNOWN,
  /**
   * One that was unknown, or refused in part, has its answer: under its key, by a later request.
   */
  SETTLED,
  /** One that was unknown is so for good: its key may have been forgotten. */
  GIVEN_UP;

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
