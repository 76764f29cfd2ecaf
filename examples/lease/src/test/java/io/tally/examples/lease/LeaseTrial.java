package io.tally.examples.lease;

import io.tally.check.Fate;
import io.tally.check.Holdings;
import io.tally.engine.FixedMessage;
import io.tally.engine.ServiceDefinition;
import io.tally.examples.lease.codecs.LeaseStateDecoder;
import io.tally.testkit.ServiceHistory;
import io.tally.testkit.ServiceHistory.Call;
import io.tally.testkit.ServiceTrial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Clients that compete for a few leases, and whether one alone held each of them at a time. A
 * client counts on what it was granted from when it is told, until as long after it asked as it
 * asked for; and on nothing any more from when it gives it up.
 */
final class LeaseTrial implements ServiceTrial<LeaseTrial.Ask, LeaseTrial.Told> {
  static final long MAX_TTL_MS = 200;

  private static final long MS = 1_000_000;

  /** Clocks run fast or slow by so much, each: a holder counts on that much less. */
  private static final long DRIFT = 1_000;

  private enum Verb {
    ACQUIRE,
    RENEW,
    RELEASE
  }

  /** What a client asks for; for an acquisition there is no token. */
  record Ask(Verb verb, long ttlMs, Token token) {}

  /** What it is told. */
  record Told(int refusal, Token token, long ttlMs) {}

  private final UnaryOperator<ServiceDefinition> mistake;
  private final Holdings holdings;
  private final Map<String, Token> granted = new HashMap<>();
  private int renewed;
  private int lost;

  LeaseTrial(final UnaryOperator<ServiceDefinition> mistake, final boolean clocksAreRight) {
    this.mistake = mistake;
    holdings = new Holdings(clocksAreRight);
  }

  int granted() {
    return holdings.count();
  }

  int renewed() {
    return renewed;
  }

  /** How often who was granted a lease was told that it is lost. */
  int lost() {
    return lost;
  }

  @Override
  public ServiceDefinition service() {
    return mistake.apply(Leases.definition(MAX_TTL_MS));
  }

  @Override
  public List<String> ids() {
    return List.of("lease-0", "lease-1", "lease-2");
  }

  @Override
  public Ask draw(final String lease, final RandomGenerator random) {
    final Token token = granted.get(lease);
    final long ttlMs = random.nextLong(1, MAX_TTL_MS + 1);
    return switch (token == null ? 3 : random.nextInt(9)) {
      case 0 -> new Ask(Verb.RELEASE, 0, token);
      case 1, 2 -> new Ask(Verb.RENEW, ttlMs, token);
      default -> new Ask(Verb.ACQUIRE, ttlMs, null);
    };
  }

  @Override
  public int encode(
      final String lease, final Ask ask, final MutableDirectBuffer buffer, final int offset) {
    return switch (ask.verb) {
      case ACQUIRE -> LeaseCommands.acquire(buffer, offset, lease, ask.ttlMs);
      case RENEW -> LeaseCommands.renew(buffer, offset, lease, ask.token, ask.ttlMs);
      case RELEASE -> LeaseCommands.release(buffer, offset, lease, ask.token);
    };
  }

  @Override
  public Told decode(final Ask ask, final int serviceCode, final DirectBuffer reply) {
    final LeaseStateDecoder state = new LeaseStateDecoder();
    if (!FixedMessage.wrap(state, reply, 0, reply.capacity())) {
      throw new IllegalArgumentException("not an answer of leases");
    }
    return new Told(serviceCode, new Token(state.incarnation(), state.number()), state.ttlMs());
  }

  @Override
  public void onAnswer(final String lease, final Ask ask, final Told told) {
    if (ask.verb == Verb.ACQUIRE && told.refusal == 0) {
      granted.put(lease, told.token);
    } else if (ask.verb == Verb.RENEW) {
      renewed += told.refusal == 0 ? 1 : 0;
      lost += told.refusal == 0 ? 0 : 1;
    }
  }

  @Override
  public List<String> check(final ServiceHistory<Ask, Told> history) {
    final List<String> violations = new ArrayList<>();
    final Map<String, Long> firstAsked = new HashMap<>();
    for (final Call<Ask, Told> call : history.calls()) {
      final Ask ask = call.call();
      final boolean isDone = call.fate() == Fate.APPLIED && call.answer().refusal == 0;
      final Token token = ask.verb == Verb.ACQUIRE && isDone ? call.answer().token : ask.token;
      final String key = call.key().isEmpty() ? "at " + call.startNs() : call.key();
      final long askedNs = firstAsked.merge(key, call.startNs(), Math::min);
      final long untilNs = askedNs + ask.ttlMs * MS - ask.ttlMs * MS / DRIFT;
      if (ask.verb == Verb.RELEASE) {
        holdings.released(call.id(), token.incarnation(), token.number(), askedNs);
      } else if (isDone && ask.verb == Verb.RENEW) {
        holdings.renewed(call.id(), token.incarnation(), token.number(), untilNs);
      } else if (isDone) {
        holdings.granted(call.id(), token.incarnation(), token.number(), call.endNs(), untilNs);
        if (token.number() <= 0 || call.answer().ttlMs != ask.ttlMs) {
          violations.add("answer: " + call.answer() + " for " + ask);
        }
      }
    }
    violations.addAll(holdings.violations());
    return violations;
  }
}
