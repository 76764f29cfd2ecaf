package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.edge.EdgeSettings;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EdgePortTest {
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
    assertEquals(host, EdgePort.urlHost(InetAddress.getByName(bound)));
  }

  @Test
  void shouldNameTheZoneOfALocalAddress() throws UnknownHostException {
    final byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
    assertEquals("[fe80::1%252]", EdgePort.urlHost(Inet6Address.getByAddress(null, bytes, 2)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_536})
  void shouldRefuseAPortThatIsNone(final int port) {
    try (EventLoops loops = EventLoops.launch(1, SystemNanoClock.INSTANCE, error -> {})) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new EdgePort(loops, "127.0.0.1", port, EdgeSettings.DEFAULTS));
    }
  }

  @Test
  void shouldRefuseMoreConnectionsThanItsLoopsWereLaunchedFor() {
    try (EventLoops loops = EventLoops.launch(1, 100, SystemNanoClock.INSTANCE, error -> {})) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new EdgePort(
                  loops, "127.0.0.1", 0, EdgeSettings.DEFAULTS.withClients(101, 1 << 20, 16, 1)));
    }
  }
}
