package io.tally.http;

import java.util.List;
import java.util.Locale;

/** The text at {@code GET /}: all that a user of curl needs. */
final class HelpPage {
  private HelpPage() {}

  /** The title is the first line of the notes. */
  static Page of(final List<Endpoint> rows, final String notes) {
    final int width = rows.stream().mapToInt(row -> row.path.length()).max().orElse(0);
    final int verbs = rows.stream().mapToInt(row -> row.verb.name().length()).max().orElse(0);
    final int title = notes.indexOf('\n') + 1;
    final StringBuilder text = new StringBuilder(notes.substring(0, title)).append("\nEndpoints\n");
    for (final Endpoint row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-" + verbs + "s %-" + width + "s   %s\n",
              row.verb,
              row.path,
              row.summary));
    }
    return Page.text(text.append(notes, title, notes.length()).toString());
  }
}
