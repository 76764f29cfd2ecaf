package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tries a service on faulty clusters: many histories of the real engine and the real link between
 * its nodes, each under random faults that follow from its seed. A history is judged by the oracle
 * of the {@link ServiceTrial}, by what must be true of every service (each write runs once in a
 * life of its shard, or again where it was refused and the refusal does not stand under its key;
 * each answer is one that a shard gave, nothing waits for ever, all is served again when the faults
 * are over, and what was saved is there again), and by what the author checks.
 *
 * <p>System properties choose other histories: {@code tally.trial.seed} runs that one alone, as a
 * failure says, {@code tally.trial.histories} so many, and {@code tally.trial.first} begins there.
 * Not thread-safe; runs on the calling thread, and starts none.
 */
public final class ClusterTest {
  private static final int HISTORIES = 200;
  private static final int SHOWN = 5;

  // Properties of their own: for the simulation of Tally itself its build asks for thousands.
  private static final String SEED = "tally.trial.seed";
  private static final String FIRST = "tally.trial.first";
  private static final String COUNT = "tally.trial.histories";

  private final Supplier<? extends ServiceTrial<?, ?>> trials;
  private final Set<Fault> faults = EnumSet.allOf(Fault.class);
  private int histories = HISTORIES;

  private ClusterTest(final Supplier<? extends ServiceTrial<?, ?>> trials) {
    this.trials = trials;
  }

  /**
   * Prepares a test under all faults.
   *
   * @param trials makes the trial of the service for one history; equal ones each time, so that a
   *     seed says all.
   * @return the test.
   */
  public static ClusterTest of(final Supplier<? extends ServiceTrial<?, ?>> trials) {
    return new ClusterTest(trials);
  }

  /**
   * Prepares a test under all faults of a service whose clients ask for one of a few things.
   *
   * @param service as {@link ServiceTrial#service()}.
   * @param calls what clients ask for, each as often as any other.
   * @param payload writes a call to the entity with this id, as {@link ServiceTrial#encode}.
   * @param replies reads the answers.
   * @param oracle as {@link ServiceTrial#oracle()}.
   * @param <C> what clients ask for.
   * @param <A> what they are answered.
   * @return the test.
   */
  public static <C, A> ClusterTest of(
      final Supplier<? extends ServiceDefinition> service,
      final List<C> calls,
      final BiFunction<String, C, Payload> payload,
      final ReplyDecoder<C, A> replies,
      final Supplier<Oracle<C, A>> oracle) {
    final List<C> listed = List.copyOf(calls);
    return of(() -> new ListedCalls<>(service, listed, payload, replies, oracle));
  }

  /**
   * How many histories there are.
   *
   * @param count positive; 200 where nothing is said.
   * @return this.
   */
  public ClusterTest histories(final int count) {
    histories = count;
    return this;
  }

  /**
   * What may go wrong.
   *
   * @param allowed each history has some of them; up to two are in all histories.
   * @return this.
   */
  public ClusterTest faults(final Set<Fault> allowed) {
    faults.retainAll(allowed);
    return this;
  }

  /**
   * Runs all histories.
   *
   * @throws AssertionError if something is wrong with one of them, or if all of them together did
   *     nothing.
   */
  public void run() {
    final String violation = firstViolation();
    if (!violation.isEmpty()) {
      throw new AssertionError(violation);
    }
  }

  /**
   * Runs histories up to the first one with which something is wrong; for tests of tests, which
   * want it to be found.
   *
   * @return what is wrong, and how to run that history again; empty if nothing is.
   */
  public String firstViolation() {
    final Long only = Long.getLong(SEED);
    final long first = only == null ? Long.getLong(FIRST, 1) : only;
    final int count = only == null ? Integer.getInteger(COUNT, histories) : 1;
    long operations = 0;
    for (long seed = first; seed < first + count; seed++) {
      final Verdict verdict;
      try {
        verdict = new Simulation(seed, faults, trials.get()).run();
      } catch (final RuntimeException | AssertionError fault) {
        throw new AssertionError(replay(seed), fault);
      }
      if (!verdict.violations().isEmpty()) {
        return replay(seed)
            + verdict.violations().stream().limit(SHOWN).collect(Collectors.joining("\n"))
            + "\nunder "
            + verdict.kinds()
            + ", violations: "
            + verdict.violations().size();
      }
      operations += verdict.operations();
    }
    return operations == 0 ? "no client has asked for anything" : "";
  }

  private String replay(final long seed) {
    return "run this history alone with -D" + SEED + "=" + seed + "\n";
  }
}
