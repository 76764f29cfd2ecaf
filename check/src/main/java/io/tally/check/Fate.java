package io.tally.check;

/** What a client knows of a request when it has ended. */
public enum Fate {
  /** It was answered with a value: a write has been applied once. */
  APPLIED,
  /** It was answered as certainly not applied, now or later. */
  NOT_APPLIED,
  /** It was not answered, or answered as unknown: a write was applied once or never. */
  UNKNOWN
}
