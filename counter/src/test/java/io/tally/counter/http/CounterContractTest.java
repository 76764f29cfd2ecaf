package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.CountingLeakDetector;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executes {@code contract.txt}, line by line, on a clock that stands still but for its waits: each
 * request is sent, and status, headers and body of the answer are as written. Each section has a
 * server of its own.
 */
@Timeout(60)
class CounterContractTest {
  /** A part of the document. */
  record Section(String title, List<String> lines) {
    @Override
    public String toString() {
      return title;
    }
  }

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  static List<Section> sections() throws IOException {
    final List<Section> sections = new ArrayList<>();
    try (InputStream document = CounterContractTest.class.getResourceAsStream("contract.txt")) {
      for (final String part : new String(document.readAllBytes(), UTF_8).split("(?m)^# ")) {
        final List<String> lines = Arrays.asList(part.split("\n"));
        if (lines.size() > 1) {
          sections.add(new Section(lines.get(0), lines.subList(1, lines.size())));
        }
      }
    }
    return sections;
  }

  @ParameterizedTest
  @MethodSource("sections")
  void shouldKeep(final Section section) throws IOException {
    final CachedNanoClock clock = new CachedNanoClock();
    clock.update(1);
    try (CounterServer server = new CounterServer(1, true, clock, context -> {});
        ContractClient client = new ContractClient(server, clock)) {
      client.run(section.lines());
    }
  }

  @Test
  void shouldHaveASectionForEachPartOfTheContract() throws IOException {
    assertTrue(sections().size() > 20, "sections: " + sections().size());
    assertNotNull(sections().get(0).title());
    assertEquals(
        sections().size(), sections().stream().map(Section::title).distinct().count(), "titles");
  }
}
