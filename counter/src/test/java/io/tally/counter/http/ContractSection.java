package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A part of {@code contract.txt}, whose counters are new.
 *
 * @param title that no other has.
 * @param lines of its requests and answers.
 */
public record ContractSection(String title, List<String> lines) {
  /** All sections, in the order of the document. */
  public static List<ContractSection> all() {
    final List<ContractSection> sections = new ArrayList<>();
    try (InputStream document = ContractSection.class.getResourceAsStream("contract.txt")) {
      for (final String part : new String(document.readAllBytes(), UTF_8).split("(?m)^# ")) {
        final List<String> lines = Arrays.asList(part.split("\n"));
        if (lines.size() > 1) {
          sections.add(new ContractSection(lines.get(0), lines.subList(1, lines.size())));
        }
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
    return sections;
  }

  @Override
  public String toString() {
    return title;
  }
}
