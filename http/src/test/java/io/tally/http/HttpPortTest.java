package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.CollectorRegistry;
import io.tally.edge.internal.EventLoops;
import io.tally.http.internal.HttpServers;
import io.tally.http.internal.MetricsServer;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpPortTest {
  @Test
  void shouldTellTheAddressAndPortThatItGot() {
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {});
        MetricsServer server =
            HttpServers.get()
                .launchMetrics(loops, "127.0.0.3", 0, new CollectorRegistry(), failure -> {})) {
      assertEquals("http://127.0.0.3:" + server.port(), server.url());
    }
  }
}
