package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.counter.CounterRequest;
import io.tally.counter.codecs.Condition;
import io.tally.engine.Outcome;
import io.tally.engine.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Clients that use what counters can do beyond being added to, in a third of the histories: a stock
 * between bounds, a value that is replaced if nobody else did, a quota of windows and one that
 * refills evenly. Those with a key are tried again.
 */
final class OptionClients {
  static final int STOCK = 10;
  static final int LIMIT = 5;
  static final int WINDOW_MS = 40;
  static final int BURST = 3;

  private static final long MS = Settings.MS;
  private static final int SHARE = 3;
  private static final int MAX_RETRIES = 3;
  private static final String[] TARGETS = {"stock", "swapped", "windowed", "rated"};

  private record Seen(long incarnation, long version) {}

  private final World world;
  private final Settings settings;
  private final Recorder recorder;
  private final Traces traces;
  private final SimulatedProcess[] processes;
  private final OptionWitness witness;
  private final long loadEndNs;
  private final boolean active;
  private final Entity[] targets = new Entity[TARGETS.length];
  private final Map<Entity, Seen> seen = new HashMap<>();
  private long lastIdentity;

  OptionClients(
      final World world,
      final Settings settings,
      final Recorder recorder,
      final Traces traces,
      final SimulatedProcess[] processes,
      final OptionWitness witness,
      final long seed,
      final long loadEndNs) {
    this.world = world;
    this.settings = settings;
    this.recorder = recorder;
    this.traces = traces;
    this.processes = processes;
    this.witness = witness;
    this.loadEndNs = loadEndNs;
    // Not drawn from the world, so that the other histories are what they would be without.
    active = Math.floorMod(seed, SHARE) == 0;
    for (int i = 0; i < TARGETS.length; i++) {
      targets[i] = target(TARGETS[i]);
    }
  }

  private static Entity target(final String name) {
    final byte[] id = name.getBytes(StandardCharsets.US_ASCII);
    final long placementHash = StableHash.placement(id, 0, id.length);
    return new Entity(
        name,
        Entity.Kind.COUNTER,
        id,
        StableHash.hash(id, 0, id.length),
        placementHash,
        StableHash.shard(placementHash, Settings.SHARD_COUNT),
        Entity.Use.ANY);
  }

  void begin() {
    if (active && world.nowNs() < loadEndNs) {
      final int burst = 1 + world.nextInt(3);
      final int target = world.nextInt(TARGETS.length);
      for (int i = 0; i < burst; i++) {
        hand(draw(target), MAX_RETRIES);
      }
      world.after(world.between(1, 40 * MS), this::begin);
    }
  }

  private OptionWrite draw(final int index) {
    final Entity target = targets[index];
    final long identity = ++lastIdentity;
    final CounterRequest request =
        new CounterRequest().condition(Condition.NONE, 0, identity).value(identity);
    final OptionWrite.Verb verb =
        switch (index) {
          case 0 -> OptionWrite.Verb.INCREMENT;
          case 1 -> world.chance(0.1) ? OptionWrite.Verb.DELETE : OptionWrite.Verb.SET;
          default -> OptionWrite.Verb.LIMIT;
        };
    request.cost(1 + world.nextInt(2));
    switch (index) {
      case 0 -> request.amount(world.nextInt(7) - 3).min(0).max(STOCK).saturate(world.chance(0.3));
      case 1 -> drawSwap(verb, target, request);
      case 2 -> request.window(LIMIT, WINDOW_MS);
      default -> request.rate(LIMIT, WINDOW_MS, BURST);
    }
    final Request.KeyUse key =
        world.chance(0.6)
            ? new Request.KeyUse(target, "option-" + identity, 0, 0, 0, world.nowNs())
            : null;
    return new OptionWrite(identity, verb, target, request, key);
  }

  private void drawSwap(
      final OptionWrite.Verb verb, final Entity target, final CounterRequest request) {
    final Seen last = seen.get(target);
    if (verb == OptionWrite.Verb.SET && last != null && world.chance(0.8)) {
      request.condition(Condition.IF_MATCH, last.incarnation, last.version);
    }
    if (world.chance(0.3)) {
      request.ttlAlways(1 + world.nextInt(100));
    }
  }

  private void hand(final OptionWrite write, final int retries) {
    final SimulatedProcess process = processes[world.nextInt(processes.length)];
    if (process == null) {
      return;
    }
    final Request request = new Request(write, retries, world.stamp(), world.nowNs());
    request.process = process;
    traces.add(Trace.OPTIONS);
    world.after(
        world.skewed(MS),
        () -> {
          if (!process.arrive(request)) {
            end(request, Fate.NOT_APPLIED);
          }
        });
    world.after(3 * settings.requestTimeoutNs(), () -> onGivenUp(request, true));
  }

  void onLost(final Request request) {
    world.after(world.skewed(MS), () -> onGivenUp(request, false));
  }

  private void onGivenUp(final Request request, final boolean patienceEnded) {
    if (!request.ended) {
      recorder.onUnanswered(request, patienceEnded);
      end(request, Fate.UNKNOWN);
    }
  }

  void onAnswer(
      final Request request,
      final Outcome outcome,
      final long incarnation,
      final boolean replayed) {
    request.outcome = outcome;
    recorder.onOutcome(request, outcome);
    if (request.ended) {
      return;
    }
    if (outcome != Outcome.ANSWERED) {
      end(request, outcome.isUnknown() ? Fate.UNKNOWN : Fate.NOT_APPLIED);
      return;
    }
    end(request, Fate.APPLIED);
    traces.add(Trace.valueOf("OPTIONS_" + request.answer.status()));
    witness.onAnswer(request.option, incarnation, replayed, request.answer);
    if (request.answer.version() != 0) {
      seen.put(request.entity, new Seen(incarnation, request.answer.version()));
    }
  }

  private void end(final Request request, final Fate fate) {
    request.ended = true;
    if (fate == Fate.NOT_APPLIED && request.key == null) {
      witness.onNotApplied(request.option);
    }
    if (fate == Fate.UNKNOWN && request.key != null && request.retriesLeft > 0) {
      world.after(world.skewed(50 * MS), () -> retry(request));
    }
  }

  private void retry(final Request request) {
    final long windowNs = settings.idempotencyWindowNs();
    final boolean isRemembered = world.nowNs() - request.key.firstNs < windowNs - windowNs / 1_000;
    if (isRemembered && world.nowNs() < loadEndNs) {
      hand(request.option, request.retriesLeft - 1);
    }
  }
}
