package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
class EnvironmentTest {
  private final Map<String, String> variables = new HashMap<>();
  private final Environment environment = new Environment(variables);
  private final Holder holder = new Holder();
  private final CommandLine commandLine = new CommandLine(holder);

  @Command
  private static final class Holder {
    @Mixin private Settings settings;
  }

  private Settings parse(final String... arguments) {
    Tally.registerConverters(commandLine);
    commandLine.setDefaultValueProvider(environment);
    commandLine.parseArgs(arguments);
    return holder.settings;
  }

  private List<String> unknown() {
    return environment.unknown(commandLine.getCommandSpec());
  }

  @Test
  void shouldTakeWhatTheCommandLineDoesNotSay() {
    variables.put("TALLY_HTTP_PORT", "1234");
    variables.put("TALLY_METRICS_PORT", "1235");
    variables.put("TALLY_REQUEST_TIMEOUT", "2s");
    final Settings settings = parse("--metrics-port=9");
    assertEquals(1234, settings.httpPort);
    assertEquals(9, settings.metricsPort);
    assertEquals(Duration.ofSeconds(2), settings.requestTimeout);
    assertEquals(List.of(), unknown());
  }

  @Test
  void shouldShowDefaultsOfTimesAsTheyAreGiven() {
    final String help = Tally.commandLine(Map.of("TALLY_DRAIN_TIMEOUT", "3s")).getUsageMessage();
    for (final String time : List.of("1s", "250ms", "3s", "0s", "90s", "2m", "1m")) {
      assertTrue(help.contains("(default: " + time), time + " is missing in " + help);
    }
    assertFalse(help.contains("PT"), help);
  }

  @Test
  void shouldTakeAnEmptyVariableForNone() {
    for (final String name : List.of("HTTP_PORT", "SHARDS", "SEED", "NATS", "MAX_COUNTERS")) {
      variables.put("TALLY_" + name, "");
    }
    final Settings settings = parse();
    assertEquals(8181, settings.httpPort);
    assertEquals(64, settings.agreed.shards);
    assertEquals("counter-cluster", settings.agreed.seed);
    assertEquals(null, settings.nats.url);
    assertEquals(null, settings.maxCounters);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://10.96.0.12:80", "tcp://[fd00::12]:80", "udp://10.96.0.12:80"})
  void shouldNotTakeTheAddressOfAServiceForAPort(final String address) {
    variables.put("TALLY_HTTP_PORT", address);
    variables.put("TALLY_METRICS_PORT", address);
    final Settings settings = parse();
    assertEquals(8181, settings.httpPort);
    assertEquals(2121, settings.metricsPort);
  }

  @ParameterizedTest
  @CsvSource({
    "TALLY_HTTP_PORT, eighty, TALLY_HTTP_PORT",
    "TALLY_SHARDS, tcp://10.96.0.12:80, TALLY_SHARDS",
    "TALLY_REQUEST_TIMEOUT, 5, TALLY_REQUEST_TIMEOUT",
    "TALLY_TRANSPORT, pigeon, TALLY_TRANSPORT",
  })
  void shouldNameTheVariableWhoseValueIsWrong(
      final String name, final String value, final String named) {
    variables.put(name, value);
    final String message =
        environment.inTermsOfVariables(
            assertThrows(ParameterException.class, this::parse).getMessage());
    assertEquals("Invalid value for " + named, message.substring(0, message.indexOf(':')));
  }

  @ParameterizedTest
  @CsvSource({
    "TALLY_HTTP_PORT, 70000, TALLY_HTTP_PORT must be 0 to 65535",
    "TALLY_SHARDS, 0, TALLY_SHARDS must be 1 to 4096",
    "TALLY_CLUSTER, a.b, TALLY_CLUSTER must be 1 to 64 of A-Z a-z 0-9 _ -",
    "TALLY_METRICS_PORT, 8181, --http-port and TALLY_METRICS_PORT are the same",
  })
  void shouldNameTheVariableWhoseValueIsOutOfRange(
      final String name, final String value, final String fault) {
    variables.put(name, value);
    assertEquals(fault, environment.inTermsOfVariables(parse().fault()));
  }

  @Test
  void shouldNotBlameAVariableThatTheCommandLineOverrides() {
    variables.put("TALLY_HTTP_PORT", "eighty");
    variables.put("TALLY_SHARDS", "0");
    assertEquals(
        "--http-port must be 0 to 65535",
        environment.inTermsOfVariables(parse("--http-port=70000", "--shards=7").fault()));
  }

  @Test
  void shouldTellUnknownVariablesFromThoseOfServices() {
    for (final String service : List.of("TALLY", "TALLY_HTTP", "TALLY_METRICS")) {
      for (final String suffix :
          List.of(
              "SERVICE_HOST",
              "SERVICE_PORT",
              "SERVICE_PORT_HTTP",
              "PORT",
              "PORT_80_TCP",
              "PORT_80_TCP_PROTO",
              "PORT_80_TCP_PORT",
              "PORT_80_TCP_ADDR")) {
        variables.put(service + "_" + suffix, "tcp://10.96.0.12:80");
      }
    }
    variables.put("TALLY_SHARD", "3");
    variables.put("TALLY_API_PORT", "3");
    variables.put("TALLYHO", "3");
    parse();
    assertEquals(List.of("TALLY_API_PORT", "TALLY_SHARD"), unknown());
  }
}
