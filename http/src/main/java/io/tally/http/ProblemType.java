package io.tally.http;

import java.util.Objects;

/**
 * A kind of failure that a client can meet, as RFC 9457 calls it a problem type. Each has a page at
 * {@code /problems/<slug>} and a counter. Immutable.
 *
 * @param slug last segment of its URI: lower-case letters, digits and hyphens.
 * @param title the kind in a few words, the same for all its problems; ASCII without quotes.
 * @param explanation what it means, what became of the request, and what can be done.
 */
public record ProblemType(String slug, String title, String explanation) {
  /**
   * Checks what goes into URIs and JSON as it is.
   *
   * @throws IllegalArgumentException if the slug or the title has other characters.
   */
  public ProblemType {
    if (!slug.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException("not a slug: " + slug);
    }
    Refusal.checkText(title);
    Objects.requireNonNull(explanation);
  }
}
