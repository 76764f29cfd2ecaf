package io.tally.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** A URL with a password, wherever it can be put by mistake. */
@Timeout(60)
@Tag("default-jdk")
final class SecretsTest {
  private static final String BEGINNING = "zq7";
  private static final String END = "xk9";

  /** Found last, so that nothing starts, and every other fault is told. */
  private static final String LAST_FAULT = "--idempotency-window=0s";

  private static List<String> options() {
    final CommandLine program = Tally.commandLine(Map.of());
    final List<OptionSpec> options = new ArrayList<>(program.getCommandSpec().options());
    options.addAll(program.getSubcommands().get("node").getCommandSpec().options());
    final TreeSet<String> names = new TreeSet<>();
    for (final OptionSpec option : options) {
      if (!option.usageHelp() && !option.versionHelp()) {
        names.add(option.longestName());
      }
    }
    assertTrue(names.size() > 25, names::toString);
    return List.copyOf(names);
  }

  private static String said(final Map<String, String> variables, final String... arguments) {
    final StringWriter said = new StringWriter();
    final PrintStream before = System.err;
    final ByteArrayOutputStream beside = new ByteArrayOutputStream();
    System.setErr(new PrintStream(beside, true, UTF_8));
    final int exit;
    try {
      final CommandLine program = Tally.commandLine(variables, arguments);
      program.setErr(new PrintWriter(said, true));
      exit = program.execute(arguments);
    } finally {
      System.setErr(before);
    }
    assertEquals("", beside.toString(UTF_8));
    assertEquals(2, exit, () -> List.of(arguments) + " of " + variables + ": " + said);
    assertFalse(
        said.toString().contains(BEGINNING) || said.toString().contains(END),
        () -> List.of(arguments) + " of " + variables + ": " + said);
    return said.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@", "//", " ", "'", "\"", ",", ":", "="})
  void shouldShowNoPasswordOfAnyOption(final String odd) {
    final String url = "nats://app:" + BEGINNING + odd + END + "@host";
    for (final String option : options()) {
      said(Map.of(), option + "=" + url, LAST_FAULT);
      said(Map.of(), option, url, LAST_FAULT);
      said(Map.of(), "node", "--id=a", "--nodes=a", option + "=" + url, LAST_FAULT);
      said(Map.of(), option + "x=" + url);
      said(Map.of(), option + "=h1," + url, LAST_FAULT);
      final String variable = "TALLY_" + option.substring(2).replace('-', '_');
      said(Map.of(variable.toUpperCase(Locale.ROOT), url), LAST_FAULT);
    }
    said(Map.of("NATS_URL", url), LAST_FAULT);
    said(Map.of(), url);
  }

  @Test
  void shouldShowWhatIsNoSecret() {
    final String said = said(Map.of(), "--http-port=nats://app:" + BEGINNING + "@host");
    assertTrue(said.contains("--http-port"), said);
    assertTrue(said.contains("nats://***@host"), said);
    final String path = said(Map.of(), "--nats-server=/no/such/binary");
    assertTrue(path.contains("--nats-server: '/no/such/binary' is not an executable file"), path);
  }

  @Test
  void shouldShowNoPasswordInTheSettings() {
    final Settings settings = new Settings();
    final CommandLine commandLine = new CommandLine(settings);
    Tally.registerConverters(commandLine);
    commandLine.parseArgs("--seed=nats://app:" + BEGINNING + "@host");
    final List<String> nodeIds = List.of("node-0");
    final String shown =
        List.of(settings.config(nodeIds, nodeIds, Turnstile.hosted()).describe()).toString();
    assertTrue(shown.contains("nats://***@host"), shown);
    assertFalse(shown.contains(BEGINNING), shown);
  }
}
