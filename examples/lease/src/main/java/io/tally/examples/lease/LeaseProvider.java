package io.tally.examples.lease;

import io.tally.launcher.HostedService;
import io.tally.launcher.ServiceProvider;

/** Leases with fencing tokens, for {@code --service=lease}. */
public final class LeaseProvider implements ServiceProvider {
  /** The longest lease, on all nodes in all their lives: raise it, but never lower it. */
  static final long MAX_TTL_MS = 30_000;

  private static final String EXAMPLES =
      """
        curl -X POST URL/lease/leader/acquire -d '{"ttl_ms":10000}'
      """;

  @Override
  public HostedService service() {
    return new HostedService(
        memory -> Leases.definition(MAX_TTL_MS).within(memory),
        (ingress, watches) -> LeaseEndpoints.of(MAX_TTL_MS, ingress, watches),
        "Leases with fencing tokens\n\n" + EXAMPLES,
        EXAMPLES);
  }
}
