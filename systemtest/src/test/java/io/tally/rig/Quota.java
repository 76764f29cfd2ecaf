package io.tally.rig;

import java.util.concurrent.TimeUnit;

/**
 * What may be admitted.
 *
 * @param limit of a window.
 * @param windowMs its length.
 * @param burst how much may be admitted at once where what comes back does so evenly; 0 where it
 *     comes back at the end of the window.
 */
record Quota(long limit, long windowMs, long burst) {
  boolean isRate() {
    return burst > 0;
  }

  long windowNs() {
    return TimeUnit.MILLISECONDS.toNanos(windowMs);
  }

  /** The most that may be admitted in a span of time, wherever it begins. */
  long mostIn(final long spanNs) {
    return isRate()
        ? burst + Math.multiplyExact(spanNs, limit) / windowNs()
        : limit * (spanNs / windowNs() + 2);
  }

  String members() {
    return "\"limit\":"
        + limit
        + ",\"window_ms\":"
        + windowMs
        + (isRate() ? ",\"burst\":" + burst : "");
  }
}
