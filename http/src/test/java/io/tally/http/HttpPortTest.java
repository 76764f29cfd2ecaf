package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.CollectorRegistry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HttpPortTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, localhost",
    "0.0.0.0, localhost",
    "::, localhost",
    "::1, [::1]",
    "0:0:0:0:0:0:0:1, [::1]",
    "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]",
    "127.0.0.2, 127.0.0.2",
    "10.96.0.12, 10.96.0.12",
  })
  void shouldNameTheBoundAddressAsItStandsInAUrl(final String bound, final String host)
      throws UnknownHostException {
    assertEquals(host, HttpPort.urlHost(InetAddress.getByName(bound)));
  }

  @Test
  void shouldNameTheZoneOfALocalAddress() throws UnknownHostException {
    final byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
    assertEquals("[fe80::1%252]", HttpPort.urlHost(Inet6Address.getByAddress(null, bytes, 2)));
  }

  @Test
  void shouldTellTheAddressAndPortThatItGot() {
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {});
        MetricsServer server =
            MetricsServer.launch(loops, "127.0.0.3", 0, new CollectorRegistry(), failure -> {})) {
      assertEquals("http://127.0.0.3:" + server.port(), server.url());
    }
  }
}
