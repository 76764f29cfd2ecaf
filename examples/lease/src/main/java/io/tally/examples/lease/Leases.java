package io.tally.examples.lease;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.tally.engine.EntityCommand;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceReply;
import io.tally.engine.TimedDefinition;
import io.tally.engine.TimedEntities;
import io.tally.engine.TimedEntity;
import io.tally.engine.TimedEntityService;
import io.tally.examples.lease.codecs.AcquireDecoder;
import io.tally.examples.lease.codecs.AcquireEncoder;
import io.tally.examples.lease.codecs.LeaseStateEncoder;
import io.tally.examples.lease.codecs.ReadEncoder;
import io.tally.examples.lease.codecs.ReleaseDecoder;
import io.tally.examples.lease.codecs.ReleaseEncoder;
import io.tally.examples.lease.codecs.RenewDecoder;
import io.tally.examples.lease.codecs.RenewEncoder;

/**
 * The leases of one shard: an entity is a lease that is held, and its number its token in this life
 * of the shard. A life that begins without the state of the one before grants nothing until all
 * leases of that one have ended.
 */
final class Leases implements TimedEntityService {
  static final int MAX_HELD = 1_024;

  // Why it refuses.
  static final int HELD = 1;
  static final int LOST = 2;
  static final int CLOSED = 3;
  static final int FULL = 4;

  private static final int DONE = 0;
  private static final int INVALID = -1;

  private final TimedEntities leases;
  private final long maxTtlMs;

  private Leases(final TimedEntities leases, final long maxTtlMs) {
    this.leases = leases;
    this.maxTtlMs = maxTtlMs;
  }

  static TimedDefinition definition(final long maxTtlMs) {
    final LeaseStateEncoder state = new LeaseStateEncoder();
    return TimedEntities.definition(
        "lease",
        MAX_HELD,
        leases -> new Leases(leases, maxTtlMs),
        state,
        MessageType.of("AcquireLease", true, new AcquireEncoder(), state),
        MessageType.of("RenewLease", true, new RenewEncoder(), state),
        MessageType.of("ReleaseLease", true, new ReleaseEncoder(), state),
        MessageType.of("ReadLease", false, new ReadEncoder(), state));
  }

  @Override
  public void onCommand(
      final EntityCommand command, final TimedEntity lease, final ServiceReply reply) {
    final int refusal =
        switch (command.templateId()) {
          case AcquireDecoder.TEMPLATE_ID -> acquire(command, lease);
          case RenewDecoder.TEMPLATE_ID -> renew(command, lease);
          case ReleaseDecoder.TEMPLATE_ID -> release(command, lease);
          default -> DONE;
        };
    if (refusal == INVALID) {
      reply.invalid();
      return;
    }
    answer(command, reply.answer(new LeaseStateEncoder()));
    if (refusal == LOST) {
      reply.refuse(LOST);
    } else if (refusal != DONE) {
      reply.refuse(refusal);
      // Whoever asks again with the same key may be granted it then.
      reply.notUnderKey();
    }
  }

  private int acquire(final EntityCommand command, final TimedEntity lease) {
    final long ttlMs = command.fields(new AcquireDecoder()).ttlMs();
    if (isNoTtl(ttlMs)) {
      return INVALID;
    } else if (waitNs(command) > 0 || lease != null) {
      return lease == null ? CLOSED : HELD;
    }
    return leases.add(command, command.timeNs() + MILLISECONDS.toNanos(ttlMs)) == null
        ? FULL
        : DONE;
  }

  private int renew(final EntityCommand command, final TimedEntity lease) {
    final RenewDecoder renew = command.fields(new RenewDecoder());
    if (isNoTtl(renew.ttlMs())) {
      return INVALID;
    } else if (isLost(lease, renew.incarnation(), renew.number())) {
      return LOST;
    }
    // A renewal that comes late takes nothing away that the holder counts on.
    final long endNs = command.timeNs() + MILLISECONDS.toNanos(renew.ttlMs());
    leases.endAt(lease, Math.max(lease.endNs(), endNs));
    return DONE;
  }

  private int release(final EntityCommand command, final TimedEntity lease) {
    final ReleaseDecoder release = command.fields(new ReleaseDecoder());
    if (isLost(lease, release.incarnation(), release.number())) {
      return LOST;
    }
    leases.end(lease);
    return DONE;
  }

  private boolean isNoTtl(final long ttlMs) {
    return ttlMs < 1 || ttlMs > maxTtlMs;
  }

  private boolean isLost(final TimedEntity lease, final long incarnation, final long number) {
    return lease == null || incarnation != leases.incarnation() || number != lease.number();
  }

  /** A hundredth more than the longest lease, because clocks drift. */
  private long waitNs(final EntityCommand command) {
    final long longestNs = MILLISECONDS.toNanos(maxTtlMs);
    return Math.max(0, leases.bornNs() + longestNs + longestNs / 100 - command.timeNs());
  }

  private void answer(final EntityCommand command, final LeaseStateEncoder state) {
    state.waitMs(NANOSECONDS.toMillis(waitNs(command) + 999_999));
    final TimedEntity lease = leases.find(command);
    if (lease != null) {
      state.incarnation(leases.incarnation()).number(lease.number());
      state.ttlMs(Math.max(1, NANOSECONDS.toMillis(lease.endNs() - command.timeNs())));
    }
  }
}
