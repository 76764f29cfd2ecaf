package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import java.io.IOException;
import java.util.List;
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
  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  static List<ContractSection> sections() {
    return ContractSection.all();
  }

  @ParameterizedTest
  @MethodSource("sections")
  void shouldKeep(final ContractSection section) throws IOException {
    try (SteppedContractServer server = new SteppedContractServer()) {
      new ContractClient(server).run(section.lines());
    }
  }

  @Test
  void shouldHaveASectionForEachPartOfTheContract() {
    assertTrue(sections().size() > 20, "sections: " + sections().size());
    assertNotNull(sections().get(0).title());
    assertEquals(
        sections().size(),
        sections().stream().map(ContractSection::title).distinct().count(),
        "titles");
  }
}
