package io.tally.system;

import io.tally.counter.http.ContractClient;
import io.tally.counter.http.ContractSection;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of the counters, kept by processes of the packaged jar, whatever they are. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CurledContract {
  /** A busy machine may be too slow for a section that is about time. */
  private static final int ATTEMPTS = 5;

  /** Incarnations of the shards by their node. */
  final Map<String, String> incarnations = new HashMap<>();

  /** Where clients reach nodes. */
  abstract Map<String, Integer> ports();

  abstract Placement placement();

  static List<ContractSection> sections() {
    return ContractSection.all();
  }

  @ParameterizedTest
  @MethodSource("sections")
  void shouldKeep(final ContractSection section) throws IOException {
    final int number = sections().indexOf(section);
    for (int attempt = 1; !isKept(section, number + "-" + attempt + "-"); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new AssertionError("the machine was too slow " + ATTEMPTS + " times");
      }
    }
  }

  /** Whether it is; nobody knows where time went on that the section does not know of. */
  private boolean isKept(final ContractSection section, final String newIds) throws IOException {
    final CurledServer server = new CurledServer(ports(), placement(), incarnations, newIds);
    try {
      new ContractClient(server).run(section.lines());
      return true;
    } catch (final AssertionError broken) {
      if (server.isInTime()) {
        throw broken;
      }
      return false;
    }
  }
}
