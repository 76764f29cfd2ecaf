package io.tally.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options that are not on the command line, from variables of the environment: {@code --http-port}
 * from {@code TALLY_HTTP_PORT}. An empty variable counts as unset, because that is how compose
 * passes an unset one.
 */
final class Environment implements IDefaultValueProvider {
  private static final String PREFIX = "TALLY_";

  /**
   * What Kubernetes sets for a Service: the address of a port, in a variable that may have the name
   * of an option's.
   */
  private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

  private static final Pattern SERVICE_VARIABLE =
      Pattern.compile(
          "(TALLY.*?)_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

  private final Map<String, String> variables;
  private final Map<String, String> variableByOption = new TreeMap<>();
  private final Set<String> addresses = new TreeSet<>();

  Environment(final Map<String, String> variables) {
    this.variables = variables;
  }

  @Override
  public String defaultValue(final ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    final String variable = variable(option);
    final String value = variables.getOrDefault(variable, "");
    if (value.isEmpty()) {
      return initial(option);
    }
    if (option.paramLabel().equals("PORT") && SERVICE_ADDRESS.matcher(value).matches()) {
      addresses.add(variable);
      return null;
    }
    variableByOption.put(option.longestName(), variable);
    return value;
  }

  /** A time that its field has from the beginning, since the help would show it in ISO 8601. */
  private static String initial(final OptionSpec option) {
    return option.initialValue() instanceof Duration time ? Durations.format(time) : null;
  }

  /**
   * A message about options, in which the variable stands wherever an option's value came from a
   * variable.
   */
  String inTermsOfVariables(final String message) {
    String text = message;
    for (final Map.Entry<String, String> entry : variableByOption.entrySet()) {
      final String option = entry.getKey();
      text =
          text.replace("option '" + option + "'", entry.getValue())
              .replaceAll(Pattern.quote(option) + "(?![a-z-])", entry.getValue());
    }
    return text;
  }

  /** The variables that can have been meant for this program. */
  List<String> values() {
    return variables.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(PREFIX) || entry.getKey().equals("NATS_URL"))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Warns of what was ignored, in at most two lines however many services a namespace has. */
  void logIgnored(final CommandSpec command) {
    if (!addresses.isEmpty()) {
      Log.warn(
          "ignored what Kubernetes sets for a Service of this name; give the port on the command line",
          "variables",
          String.join(",", addresses));
    }
    final List<String> unknown = unknown(command);
    if (!unknown.isEmpty()) {
      Log.warn("ignored unknown variables", "variables", String.join(",", unknown));
    }
  }

  /** Variables that belong to no option of the command or its subcommands, in order. */
  List<String> unknown(final CommandSpec command) {
    final Set<String> known = new TreeSet<>();
    addVariables(command, known);
    final List<String> unknown = new ArrayList<>();
    for (final String name : new TreeSet<>(variables.keySet())) {
      if (name.startsWith(PREFIX) && !known.contains(name) && !isOfService(name)) {
        unknown.add(name);
      }
    }
    return unknown;
  }

  private boolean isOfService(final String name) {
    final var matcher = SERVICE_VARIABLE.matcher(name);
    return matcher.matches() && variables.containsKey(matcher.group(1) + "_SERVICE_HOST");
  }

  private static void addVariables(final CommandSpec command, final Set<String> known) {
    command.options().forEach(option -> known.add(variable(option)));
    command.subcommands().values().forEach(below -> addVariables(below.getCommandSpec(), known));
  }

  private static String variable(final OptionSpec option) {
    final String name = option.longestName().substring(2);
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
