package io.tally.http;

import java.util.Objects;

/**
 * A kind of failure that a client can meet, as RFC 9457 calls it a problem type. Each has a page at
 * {@code /problems/<slug>} and a counter. Immutable.
 *
 * @param slug names it: lower-case letters, digits and hyphens.
 * @param title the kind in a few words, the same for all its problems; ASCII without quotes.
 * @param explanation what it means, what became of the request, and what can be done.
 * @param uri its type in problem documents; ASCII without quotes.
 */
public record ProblemType(String slug, String title, String explanation, String uri) {
  /**
   * Checks what goes into URIs and JSON as it is.
   *
   * @throws IllegalArgumentException if the slug, the title or the URI has other characters.
   */
  public ProblemType {
    if (!slug.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException("not a slug: " + slug);
    }
    Refusal.checkText(title);
    Refusal.checkText(uri);
    Objects.requireNonNull(explanation);
  }

  /**
   * A type of our own, whose URI is that of its page.
   *
   * @param slug as above.
   * @param title as above.
   * @param explanation as above.
   */
  public ProblemType(final String slug, final String title, final String explanation) {
    this(slug, title, explanation, "/problems/" + slug);
  }
}
