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
import java.util.Objects;
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

  private record Held(String lease, Token token) {}

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
    final long ttlMs = random.nextLong(1, MAX_TTL_MS + 1);
    final Token token = granted.get(lease);
    if (token == null || random.nextInt(3) > 0) {
      return new Ask(Verb.ACQUIRE, ttlMs, null);
    }
    return random.nextInt(3) > 0
        ? new Ask(Verb.RENEW, ttlMs, token)
        : new Ask(Verb.RELEASE, 0, token);
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
  public Told decode(
      final Ask ask,
      final int serviceCode,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final LeaseStateDecoder state = new LeaseStateDecoder();
    if (!FixedMessage.wrap(state, buffer, offset, length)) {
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
    final Map<Held, Long> released = new HashMap<>();
    for (final Call<Ask, Told> call : history.calls()) {
      firstAsked.merge(call.key(), call.startNs(), Math::min);
      if (call.call().verb == Verb.RELEASE) {
        released.merge(new Held(call.id(), call.call().token), call.startNs(), Math::min);
      }
    }
    final Map<Held, Holdings.Holding> held = new HashMap<>();
    for (final Call<Ask, Told> call : history.calls()) {
      final Ask ask = call.call();
      if (call.fate() != Fate.APPLIED || call.answer().refusal != 0 || ask.verb == Verb.RELEASE) {
        continue;
      }
      final Told told = call.answer();
      final boolean isFirst = ask.verb == Verb.ACQUIRE;
      final Held lease = new Held(call.id(), isFirst ? told.token : ask.token);
      final long askedNs = call.key().isEmpty() ? call.startNs() : firstAsked.get(call.key());
      final long ttlNs = ask.ttlMs * MS;
      final long untilNs =
          Math.min(askedNs + ttlNs - ttlNs / DRIFT, released.getOrDefault(lease, Long.MAX_VALUE));
      if (isFirst) {
        if (told.token.number() <= 0 || told.ttlMs != ask.ttlMs) {
          violations.add("answer: " + told + " for " + ask);
        }
        held.put(
            lease,
            holdings.granted(
                call.id(), told.token.incarnation(), told.token.number(), call.endNs(), untilNs));
      } else if (askedNs < released.getOrDefault(lease, Long.MAX_VALUE)) {
        final Holdings.Holding holding = Objects.requireNonNull(held.get(lease));
        holdings.endsAt(holding, Math.max(holdings.endOf(holding), untilNs));
      }
    }
    violations.addAll(holdings.violations());
    return violations;
  }
}
