package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.ClusterSettings;
import io.tally.engine.EngineSettings;
import io.tally.store.StartMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

@Timeout(10)
class SettingsTest {
  @Command
  private static final class Holder {
    @Mixin private Settings settings;
  }

  private static Settings parse(final String... arguments) {
    final Holder holder = new Holder();
    final CommandLine commandLine = new CommandLine(holder);
    Tally.registerConverters(commandLine);
    commandLine.parseArgs(arguments);
    return holder.settings;
  }

  @Test
  void shouldHaveTheDocumentedDefaults() {
    final Settings settings = parse();
    assertNull(settings.fault());
    assertEquals(8181, settings.httpPort);
    assertEquals(2121, settings.metricsPort);
    assertEquals("127.0.0.1", settings.bind);
    assertEquals(64, settings.agreed.shards);
    assertEquals(1_024, settings.ringSlots);
    assertEquals("counter", settings.cluster);
    assertEquals("counter-cluster", settings.agreed.seed);
    assertEquals(Duration.ofSeconds(1), settings.requestTimeout);
    assertEquals(Duration.ofMillis(250), settings.queueLimit);
    assertEquals(Duration.ofSeconds(10), settings.drainTimeout);
    assertEquals(Duration.ofSeconds(5), settings.startTimeout);
    assertEquals(Duration.ofSeconds(90), settings.idleTimeout);
    assertEquals(Duration.ZERO, settings.shutdownDelay);
    assertNull(settings.maxCounters);
  }

  @Test
  void shouldHaveTheDefaultsOfAnEmbeddedNode() {
    final List<String> nodeIds = List.of("node-0");
    final NodeConfig config = parse().config(nodeIds, nodeIds, Turnstile.hosted());
    final NodeConfig alone = NodeConfig.alone(config.services().get(0));
    assertEquals(alone, config.withCluster(alone.cluster(), nodeIds, alone.carrier()));
  }

  @Test
  void shouldHaveTheDefaultsOfTheEngine() {
    final Settings settings = parse();
    assertEquals(EngineSettings.DEFAULT, settings.engine());
    assertEquals(EngineSettings.DEFAULT.withWatches(9), parse("--max-watches=9").engine());
    assertEquals(ClusterSettings.of(List.of("a")), settings.agreed.settings(List.of("a")));
  }

  @ParameterizedTest
  @CsvSource({
    "--shards=0, --shards must be 1 to 4096",
    "--nats-password-file=/none, --nats-password-file: '/none' cannot be read",
    "--nats-token-file=/none, --nats-token-file: '/none' cannot be read",
    "--nats-creds=/, --nats-creds: '/' cannot be read",
    "--shards=4097, --shards must be 1 to 4096",
    "--http-port=-1, --http-port must be 0 to 65535",
    "--metrics-port=65536, --metrics-port must be 0 to 65535",
    "--loops=0, '--loops must be 1 to 64 (--max-loops, the same on all nodes)'",
    "--loops=65, '--loops must be 1 to 64 (--max-loops, the same on all nodes)'",
    "--max-loops=0, --max-loops must be 1 to 256",
    "--max-loops=257, --max-loops must be 1 to 256",
    "--shard-threads=-1, --shard-threads must be 0 to 256",
    "--ring-slots=1000, '--ring-slots must be a power of two, 2 to 1048576'",
    "--lane-window=32, '--lane-window must be a power of two, 64 to 1048576'",
    "--max-counters=-1, --max-counters must be at least 1",
    "--max-connections=0, --max-connections must be at least 1",
    "--max-streams=-1, --max-streams must not be negative",
    "--max-watches=-1, --max-watches must not be negative",
    "--idempotency-keys=0, --idempotency-keys must be at least 1",
    "--bind=8.8.8.8, --bind: '8.8.8.8' is no address of this machine",
    "--bind=none.invalid, --bind: 'none.invalid' is no address of this machine",
    "--cluster=a.b, --cluster must be 1 to 64 of A-Z a-z 0-9 _ -",
    "--request-timeout=0s, --request-timeout must be above 0 and below 24h",
    "--idle-timeout=0s, --idle-timeout must be above 0 and below 24h",
    "--shutdown-delay=24h, --shutdown-delay must be below 24h",
    "--drain-timeout=24h, --drain-timeout must be above 0 and below 24h",
    "--service=none, --service: no service 'none' on the class path; there is turnstile",
    "'--service=turnstile,turnstile', --service names a service twice",
  })
  void shouldSayWhatIsWrong(final String argument, final String fault) {
    assertEquals(fault, parse(argument).fault());
  }

  @Test
  void shouldHaveNoMoreLoopsThanTheClusterAllows() {
    final List<String> nodeIds = List.of("a");
    final NodeConfig one = parse("--max-loops=1").config(nodeIds, nodeIds, Turnstile.hosted());
    assertEquals(1, one.cluster().maxLoops());
    assertEquals(1, one.loops());
    assertNull(parse("--max-loops=100", "--loops=100").fault());
    assertEquals(
        "--loops must be 1 to 2 (--max-loops, the same on all nodes)",
        parse("--max-loops=2", "--loops=3").fault());
    final Settings given = parse("--max-loops=2", "--loops=3");
    assertThrows(
        IllegalArgumentException.class, () -> given.config(nodeIds, nodeIds, Turnstile.hosted()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "0.0.0.0", "localhost"})
  void shouldListenOnAllAddressesOfThisMachine(final String address) {
    assertNull(parse("--bind=" + address).fault());
  }

  @ParameterizedTest
  @CsvSource({
    "--restore=foo, must be latest",
    "--transport=foo, 'must be auto, inprocess or nats'",
  })
  void shouldSayWhichWordsThereAre(final String argument, final String words) {
    final ParameterException fault = assertThrows(ParameterException.class, () -> parse(argument));
    assertTrue(fault.getMessage().endsWith(": " + words + ", not 'foo'"), fault.getMessage());
  }

  @Test
  void shouldFindServicesOnTheClassPath() {
    assertNull(parse("--service=turnstile").fault());
    assertEquals(List.of("turnstile"), parse("--service", "turnstile").services);
    assertEquals(List.of(), ServiceProviders.named(parse().services));
    assertEquals(
        List.of("turnstile"),
        ServiceProviders.named(List.of("turnstile")).stream().map(HostedService::name).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "--restore=latest, '--restore, --moved, --discard-state and --snapshot-interval need --data-dir'",
    "--moved, '--restore, --moved, --discard-state and --snapshot-interval need --data-dir'",
    "--discard-state, '--restore, --moved, --discard-state and --snapshot-interval need --data-dir'",
    "--snapshot-interval=1s, '--restore, --moved, --discard-state and --snapshot-interval need --data-dir'",
    "--data-dir=d --moved --discard-state, 'give one of --restore, --moved and --discard-state'",
    "--data-dir=d --snapshot-interval=24h, --snapshot-interval must be below 24h",
    "--data-dir=d --save-timeout=0s, --save-timeout must be above 0 and below 24h",
  })
  void shouldSayWhatIsWrongWithTheState(final String arguments, final String fault) {
    assertEquals(fault, parse(arguments.split(" ")).fault());
  }

  @Test
  void shouldSayHowToStartFromWhatIsOnDisk() {
    assertEquals(StateSettings.IN_MEMORY, parse().state.settings());
    assertEquals(StateSettings.in(Path.of("d")), parse("--data-dir=d").state.settings());
    final StateSettings restored =
        parse("--data-dir=d", "--restore=latest", "--snapshot-interval=5m", "--save-timeout=2s")
            .state
            .settings();
    assertEquals(StartMode.RESTORE_LATEST, restored.start());
    assertEquals(Duration.ofMinutes(5), restored.snapshotInterval());
    assertEquals(Duration.ofSeconds(2), restored.saveTimeout());
    assertEquals(StartMode.MOVED, parse("--data-dir=d", "--moved").state.settings().start());
    assertEquals(
        StartMode.DISCARD, parse("--data-dir=d", "--discard-state").state.settings().start());
  }

  @Test
  void shouldNotCombineAServerWithNodesThatTalkInProcess() {
    assertEquals(
        "--nats cannot be combined with --transport=inprocess",
        parse("--nats=nats://localhost:1", "--transport=inprocess").fault());
  }
}
