package io.tally.http.internal;

import java.util.Objects;

/**
 * What {@code /readyz} or {@code /livez} says.
 *
 * @param up 200 if true, else 503.
 * @param json the body, one JSON value without a newline at its end; says what is missing.
 */
public record ProbeResult(boolean up, String json) {
  /** Refuses a missing body. */
  public ProbeResult {
    Objects.requireNonNull(json, "json");
  }
}
