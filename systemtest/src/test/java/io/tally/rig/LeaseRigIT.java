package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.system.Http;
import io.tally.system.LeaseHolders;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * As {@link FaultRigIT}, for leases: they wait for half a minute, and need no machine of their own.
 */
@Tag("default-jdk")
@Timeout(120)
class LeaseRigIT {
  /** Whoever reads a lease sees its token, and so can end it while its holder counts on it. */
  @Test
  void shouldNoticeALeaseThatAnotherIsGrantedTooEarly() throws IOException {
    try (Rig rig = new Rig(3)) {
      final Row row =
          rig.run(
              Case.meddling(
                  Setup.LEASES, 1_000, Long.getLong("rig.seed", 1), LeaseRigIT::releaseAll));
      // A neighbour may make other things slow, which is also noticed.
      assertTrue(
          row.violations().stream().filter(text -> text.startsWith("holders: two of long-")).count()
              > 1,
          row::toString);
    }
  }

  private static void releaseAll(final RigCluster cluster, final int node, final long durationMs) {
    final int port = cluster.httpPort(node);
    for (final String lease : LeaseHolders.longLeases()) {
      final String token = LeaseHolders.token(Http.get(port, "/lease/" + lease));
      if (!token.isEmpty()) {
        Http.post(port, "/lease/" + lease + "/release", "", "If-Match", '"' + token + '"');
      }
    }
    Hold.forMs(durationMs);
  }
}
