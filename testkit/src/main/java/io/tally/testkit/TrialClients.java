package io.tally.testkit;

import io.tally.check.Fate;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceDefinition;
import io.tally.testkit.ServiceHistory.Call;
import io.tally.testkit.ServiceHistory.Life;
import io.tally.transport.internal.ServiceVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Clients of a service under trial. Half of their writes have a key, and are tried again while
 * nobody knows what has become of them. In the end, each write must have run as often as its
 * clients were told, each answer must be one that a shard gave, and the oracle and the author must
 * find nothing.
 */
final class TrialClients<C, A> implements Load {
  private static final long MS = Settings.MS;
  private static final int MAX_BURST = 8;
  private static final int MAX_RETRIES = 3;

  private final World world;
  private final Settings settings;
  private final ServiceTrial<C, A> trial;
  private final ServiceDefinition definition;
  private final Recorder recorder;
  private final Traces traces;
  private final SimulatedProcess[] processes;
  private final Consumer<String> violations;
  private final TrialWitness<C, A> witness;
  private final List<Entity> entities;
  private final SplittableRandom random;
  private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer();
  private final Map<Request, TrialAttempt<C, A>> underWay = new LinkedHashMap<>();
  private final List<Request> probes = new ArrayList<>();
  private final List<Call<C, A>> calls = new ArrayList<>();
  private final Set<C> writes = new HashSet<>();
  private final long loadEndNs;
  private final long meanIntervalNs;
  private int keyCount;

  TrialClients(
      final World world,
      final Settings settings,
      final ServiceTrial<C, A> trial,
      final Recorder recorder,
      final Traces traces,
      final SimulatedProcess[] processes,
      final Consumer<String> violations,
      final long loadEndNs) {
    this.world = world;
    this.settings = settings;
    this.trial = trial;
    this.recorder = recorder;
    this.traces = traces;
    this.processes = processes;
    this.violations = violations;
    this.loadEndNs = loadEndNs;
    definition = trial.service();
    witness = new TrialWitness<>(trial, violations);
    entities = trial.ids().stream().map(Entity::ofTrial).toList();
    random = new SplittableRandom(world.nextLong());
    meanIntervalNs = world.chance(0.1) ? MS : world.between(4 * MS, 40 * MS);
  }

  @Override
  public void begin() {
    if (world.nowNs() < loadEndNs) {
      final int burst = world.chance(0.1) ? 1 + world.nextInt(MAX_BURST) : 1;
      for (int i = 0; i < burst; i++) {
        hand(draw(entities.get(world.nextInt(entities.size())), world.chance(0.5)), MAX_RETRIES);
      }
      world.after(world.between(1, 2 * meanIntervalNs), this::begin);
    }
  }

  private TrialCall<C, A> draw(final Entity entity, final boolean keyed) {
    final C call = trial.draw(entity.name(), random);
    final int length = trial.encode(entity.name(), call, scratch, 0);
    final byte[] payload = new byte[length];
    scratch.getBytes(0, payload);
    witness.onSent(entity.entityHash(), payload, entity.name(), call);
    final boolean write =
        ShardHarness.isWrite(
            definition, MessageHeaderWord.templateId(MessageHeaderWord.get(scratch, 0)));
    final String key = write && keyed ? "key-" + ++keyCount : "";
    if (write) {
      writes.add(call);
    }
    return new TrialCall<>(trial, entity, call, payload, write, key, world.nowNs());
  }

  private void hand(final TrialCall<C, A> call, final int retries) {
    final SimulatedProcess process = processes[world.nextInt(processes.length)];
    if (process != null) {
      final long timeoutNs = settings.requestTimeoutNs();
      final boolean isPatient = world.chance(0.8);
      hand(
          process,
          call,
          retries,
          isPatient ? 2 * timeoutNs + world.skewed(4 * timeoutNs) : world.between(MS, timeoutNs));
    }
  }

  private Request hand(
      final SimulatedProcess process,
      final TrialCall<C, A> call,
      final int retries,
      final long patienceNs) {
    final TrialAttempt<C, A> attempt = new TrialAttempt<>(call);
    final Request request =
        new Request(call.entity(), call.write(), attempt, retries, world.stamp(), world.nowNs());
    traces.add(Trace.REQUESTS);
    request.process = process;
    underWay.put(request, attempt);
    world.after(
        world.skewed(MS),
        () -> {
          if (!process.arrive(request)) {
            traces.add(Trace.REFUSED_CONNECTIONS);
            end(request, Fate.NOT_APPLIED, 0, false);
          }
        });
    world.after(patienceNs, () -> onGivenUp(request, true));
    return request;
  }

  @Override
  public void onLost(final Request request) {
    world.after(world.skewed(MS), () -> onGivenUp(request, false));
  }

  private void onGivenUp(final Request request, final boolean patienceEnded) {
    if (!request.ended) {
      recorder.onUnanswered(request, patienceEnded);
      end(request, Fate.UNKNOWN, 0, false);
    }
  }

  @Override
  public void onAnswer(
      final Request request,
      final Outcome outcome,
      final long value,
      final long shardIncarnation,
      final boolean replayed) {
    request.outcome = outcome;
    recorder.onOutcome(request, outcome);
    final Fate fate =
        outcome == Outcome.ANSWERED
            ? Fate.APPLIED
            : outcome.isUnknown() ? Fate.UNKNOWN : Fate.NOT_APPLIED;
    world.after(
        world.skewed(MS),
        () -> {
          if (!request.ended) {
            end(request, fate, shardIncarnation, replayed);
          }
        });
  }

  private void end(
      final Request request, final Fate fate, final long incarnation, final boolean replayed) {
    request.ended = true;
    final TrialAttempt<C, A> attempt = underWay.remove(request);
    final TrialCall<C, A> call = attempt.call();
    final boolean isAnswered = fate == Fate.APPLIED;
    calls.add(
        new Call<>(
            call.entity().name(),
            call.call(),
            call.key(),
            request.startNs,
            world.nowNs(),
            fate,
            isAnswered ? attempt.answer() : null,
            isAnswered ? incarnation : 0,
            isAnswered && replayed));
    if (isAnswered) {
      trial.onAnswer(call.entity().name(), call.call(), attempt.answer());
    }
    if (!isAnswered && !call.key().isEmpty() && request.retriesLeft > 0) {
      world.after(world.skewed(50 * MS), () -> retry(call, request.retriesLeft - 1));
    }
  }

  private void retry(final TrialCall<C, A> call, final int retriesLeft) {
    if (settings.isRemembered(world.nowNs() - call.firstNs()) && world.nowNs() < loadEndNs) {
      hand(call, retriesLeft);
    }
  }

  /** Keys outlive this. */
  @Override
  public void onRestored(final long stoodStillNs) {}

  @Override
  public void probe(final SimulatedProcess process, final boolean all) {
    for (final Entity entity : entities) {
      if (all || process.node().shards().lives().owns(entity)) {
        probes.add(hand(process, draw(entity, false), 0, 3 * settings.requestTimeoutNs()));
      }
    }
  }

  @Override
  public void judgeProbes() {
    for (final Request probe : probes) {
      if (probe.outcome != Outcome.ANSWERED) {
        violations.accept("whole: " + probe.unserved());
      }
    }
  }

  @Override
  public void giveUp() {
    for (final Request request : List.copyOf(underWay.keySet())) {
      end(request, Fate.UNKNOWN, 0, false);
    }
  }

  @Override
  public int operationCount() {
    return calls.size();
  }

  @Override
  public void judge() {
    witness.judge();
    for (final Call<C, A> call : calls) {
      if (call.fate() == Fate.APPLIED
          && !witness.hasAnswered(
              call.incarnation(), call.id(), call.call(), call.answer(), call.replayed())) {
        violations.accept("answer: no shard has said what this client was told: " + call);
      }
    }
    final List<Life<C, A>> lives = witness.lives();
    new RunCounts<>(calls, writes::contains).check(lives, violations);
    trial
        .check(new ServiceHistory<>(List.copyOf(calls), lives))
        .forEach(line -> violations.accept("check: " + line));
  }

  @Override
  public List<SeenService> services(final int ledgerVersion) {
    final ServiceDefinition tried = trial.service();
    return List.of(
        new SeenService(
            Entity.Kind.TRIAL, tried, service -> witness.of(service, tried.schemaId())));
  }

  @Override
  public List<ServiceVersion> versions(final long incarnation, final int ledgerVersion) {
    return List.of(new ServiceVersion(definition.schemaId(), definition.version()));
  }
}
