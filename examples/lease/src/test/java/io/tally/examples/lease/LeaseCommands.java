package io.tally.examples.lease;

import io.tally.engine.EntityMessage;
import io.tally.examples.lease.codecs.AcquireEncoder;
import io.tally.examples.lease.codecs.ReadEncoder;
import io.tally.examples.lease.codecs.ReleaseEncoder;
import io.tally.examples.lease.codecs.RenewEncoder;
import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;
import org.agrona.sbe.MessageEncoderFlyweight;

/** Writes commands to leases; each returns its length. */
final class LeaseCommands {
  private LeaseCommands() {}

  static int acquire(
      final MutableDirectBuffer buffer, final int offset, final String id, final long ttlMs) {
    final AcquireEncoder acquire = new AcquireEncoder();
    final int length = begin(acquire, buffer, offset, id);
    acquire.ttlMs(ttlMs);
    return length;
  }

  static int renew(
      final MutableDirectBuffer buffer,
      final int offset,
      final String id,
      final Token token,
      final long ttlMs) {
    final RenewEncoder renew = new RenewEncoder();
    final int length = begin(renew, buffer, offset, id);
    renew.incarnation(token.incarnation()).number(token.number()).ttlMs(ttlMs);
    return length;
  }

  static int release(
      final MutableDirectBuffer buffer, final int offset, final String id, final Token token) {
    final ReleaseEncoder release = new ReleaseEncoder();
    final int length = begin(release, buffer, offset, id);
    release.incarnation(token.incarnation()).number(token.number());
    return length;
  }

  static int read(final MutableDirectBuffer buffer, final int offset, final String id) {
    return begin(new ReadEncoder(), buffer, offset, id);
  }

  private static int begin(
      final MessageEncoderFlyweight message,
      final MutableDirectBuffer buffer,
      final int offset,
      final String id) {
    final byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    return EntityMessage.put(message, 0, buffer, offset, bytes, 0, bytes.length);
  }
}
