package io.tally.examples.lease;

import io.tally.engine.Ingress;
import io.tally.engine.ServiceProxy;
import io.tally.engine.WatchExecutor;
import io.tally.examples.lease.codecs.AcquireEncoder;
import io.tally.examples.lease.codecs.LeaseStateDecoder;
import io.tally.examples.lease.codecs.ReadEncoder;
import io.tally.examples.lease.codecs.ReleaseEncoder;
import io.tally.examples.lease.codecs.RenewEncoder;
import io.tally.http.Answer;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.IntegerParameter;
import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import java.util.List;

/** Leases over HTTP. A holder shows its token as the entity tag in If-Match. */
final class LeaseEndpoints {
  private static final PathId ID =
      new PathId(
          "lease_id",
          "lease id",
          new ProblemType("invalid-lease-id", "Invalid lease id", "It is " + PathId.LENGTHS + "."));

  private static final Refusal HELD =
      Refusal.of(409, "lease-held", "Lease held", "held for ttl_ms, unless renewed or released");

  private static final Refusal LOST =
      Refusal.of(412, "lease-lost", "Lease lost", "the token does not hold the lease any more");

  private static final Refusal CLOSED =
      Refusal.of(503, "leases-unknown", "Leases unknown", "nothing is granted for wait_ms")
          .retryAfter(3);

  private static final Refusal FULL =
      Refusal.of(503, "lease-limit", "Lease limit reached", "no room for another lease");

  private static final Refusal NO_TOKEN =
      Refusal.of(428, "lease-token-missing", "Token missing", "If-Match does not hold a token");

  private static final AnswerShape LEASE =
      AnswerShape.json(ID, "ttl_ms").tag("token").optional("wait_ms").durations(0, 3);

  private LeaseEndpoints() {}

  static List<Endpoint> of(
      final long maxTtlMs, final Ingress ingress, final WatchExecutor watches) {
    final ServiceProxy leases = new ServiceProxy(ingress);
    final String range = "It is to be given: 1 to " + maxTtlMs + " milliseconds.";
    final ProblemType invalid = new ProblemType("invalid-lease-ttl", "Invalid ttl_ms", range);
    final IntegerParameter ttl = IntegerParameter.required("ttl_ms", 1, maxTtlMs, invalid);
    return List.of(
        row(Endpoint.post("/lease/{id}/acquire", "hold a lease that is free"))
            .members(ttl)
            .keyed()
            .asks(leases, new AcquireEncoder(), (ask, given) -> ask.ttlMs(given.member(0)))
            .refuses(Leases.HELD, HELD)
            .refuses(Leases.CLOSED, CLOSED)
            .refuses(Leases.FULL, FULL),
        row(Endpoint.post("/lease/{id}/renew", "hold a lease for longer"))
            .members(ttl)
            .keyed()
            .needsTag(NO_TOKEN)
            .asks(
                leases,
                new RenewEncoder(),
                (ask, given) ->
                    ask.incarnation(given.precondition().incarnation())
                        .number(given.precondition().version())
                        .ttlMs(given.member(0)))
            .refuses(Leases.LOST, LOST),
        row(Endpoint.post("/lease/{id}/release", "hold a lease no longer"))
            .keyed()
            .needsTag(NO_TOKEN)
            .asks(
                leases,
                new ReleaseEncoder(),
                (ask, given) ->
                    ask.incarnation(given.precondition().incarnation())
                        .number(given.precondition().version()))
            .refuses(Leases.LOST, LOST),
        row(Endpoint.get("/lease/{id}", "whether a lease is held"))
            .asks(leases, new ReadEncoder(), (ask, given) -> {})
            .watched(watches, ReadEncoder::new));
  }

  private static Endpoint row(final Endpoint row) {
    return row.id(ID).shows(LeaseStateDecoder::new, LeaseEndpoints::show, LEASE);
  }

  private static void show(final LeaseStateDecoder state, final Answer answer) {
    answer.integer(0, state.ttlMs());
    if (state.number() != 0) {
      answer.integer(1, state.incarnation());
      answer.integer(2, state.number());
    }
    if (state.waitMs() != 0) {
      answer.integer(3, state.waitMs());
    }
  }
}
