package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process on one processor gets its full load the moment it is ready, when all of its code is
 * still interpreted: it may answer late and refuse, but it takes nothing that it does not answer in
 * time. Alone, because this load is as much as it can bear, and comes from the other processor.
 */
@Tag("alone")
@Tag("default-jdk")
class ColdBurstIT {
  private static final int RATE = 20_000;
  private static final int SECONDS = 4;
  private static final int CONNECTIONS = 256;
  private static final int DEPTH = 64;
  private static final List<String> COUNTER_IDS = Burst.counterIds("cold-", 1_000);

  @Test
  void shouldLeaveNothingUnknownInOneNode() throws Exception {
    check("--node-count=1");
  }

  @Test
  void shouldLeaveNothingUnknownInSevenNodes() throws Exception {
    check("--transport=inprocess");
  }

  private static void check(final String topology) throws Exception {
    try (TallyJar tally =
            TallyJar.with()
                .oneProcessor()
                .start(topology, "--request-timeout=1s", "--queue-limit=250ms")
                .awaitReady();
        Burst burst = new Burst(tally.httpPort(), COUNTER_IDS, CONNECTIONS, DEPTH)) {
      burst.offer(RATE, Duration.ofSeconds(SECONDS));
      System.out.println(topology + ": " + burst);
      assertEquals(List.of(), burst.complaints());
      assertTrue(burst.counted() > 0);
      assertEquals(burst.counted(), sum(tally.httpPort()));
    }
  }

  private static long sum(final int port) throws IOException {
    long sum = 0;
    try (HttpConnection connection = new HttpConnection(port, Duration.ofSeconds(15))) {
      for (final String id : COUNTER_IDS) {
        sum += connection.call(HttpConnection.get(id)).value();
      }
    }
    return sum;
  }
}
