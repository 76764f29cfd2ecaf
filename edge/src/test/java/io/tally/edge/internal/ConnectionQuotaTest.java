package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told apart from whom when places are few. */
@Timeout(10)
final class ConnectionQuotaTest {
  private static final int FEW = 8;

  /** Seven eighths are taken by one, so the rest is for addresses that hold few. */
  private final ConnectionQuota quota = new ConnectionQuota(8 * 64);

  @Test
  void shouldKeepTheLastEighthForThoseWhoHoldFew() throws UnknownHostException {
    for (int i = 0; i < 7 * 64; i++) {
      assertTrue(enter("192.0.2.1"));
    }
    assertFalse(enter("192.0.2.1"));
    assertFew("192.0.2.2");
    assertFew("0.0.0.1");
    // An address of version 6 that begins with the bytes of one of version 4.
    assertFew("c000:0202::1");
    assertFew("::c000:202:0:0:0:1");
    assertFew("2001:db8::1");
    assertFalse(enter("2001:db8::ffff:0:0:1"), "of the same 64 bits");
    assertFew("2001:db8:0:1::1");
  }

  @Test
  void shouldForgetThoseWhoHaveLeft() throws UnknownHostException {
    for (int i = 0; i < 7 * 64; i++) {
      assertTrue(enter("192.0.2.1"));
    }
    assertFew("2001:db8::1");
    quota.leave(InetAddress.getByName("2001:db8::1"));
    quota.leave(InetAddress.getByName("2001:db8::2"));
    assertEquals(7 * 64 + FEW - 1, quota.count());
    assertTrue(enter("2001:db8::3"));
    assertFalse(enter("2001:db8::4"));
  }

  /** Takes one more than may stay. */
  private void assertFew(final String address) throws UnknownHostException {
    for (int i = 0; i < FEW; i++) {
      assertTrue(enter(address), address);
    }
    assertFalse(enter(address), address);
  }

  private boolean enter(final String address) throws UnknownHostException {
    return quota.enter(InetAddress.getByName(address));
  }
}
