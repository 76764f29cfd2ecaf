package io.tally.launcher;

import io.tally.counter.CounterDefinition;
import io.tally.counter.http.CounterEndpoints;
import io.tally.engine.ClusterSettings;
import io.tally.launcher.CarrierSettings.Transport;
import io.tally.launcher.StateOptions.Restore;
import java.io.PrintWriter;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.agrona.concurrent.SystemNanoClock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * The program: {@code java -jar tally.jar} runs the demo, {@code java -jar tally.jar node} one node
 * of a cluster.
 */
@Command(
    name = "tally",
    description =
        "An exact, distributed counter service. Without a command: all nodes in one process.",
    mixinStandardHelpOptions = true,
    versionProvider = Tally.Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    footer = {
      "",
      "Every option can also be set by an environment variable: --http-port by TALLY_HTTP_PORT.",
    },
    subcommands = {
      Tally.NodeCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      InspectCommand.class
    })
public final class Tally implements Callable<Integer> {
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;

  /** Most nodes of the demo. */
  private static final int MAX_DEMO_NODES = 64;

  private final Environment environment;
  private final Consumer<TallyProcess> serving;
  @Spec private CommandSpec spec;
  @Mixin private Settings settings;

  @Option(
      names = "--node-count",
      paramLabel = "N",
      defaultValue = "7",
      description = "Nodes of the demo, 1 to " + MAX_DEMO_NODES + " (default: ${DEFAULT-VALUE}).")
  private int nodeCount;

  /** Creates the program, for {@link #main} alone; serving takes what is to be served. */
  private Tally(final Environment environment, final Consumer<TallyProcess> serving) {
    this.environment = environment;
    this.serving = serving;
  }

  /**
   * Runs the program and exits: 0 after a stop, 1 if it could not start or go on, 2 for a wrong
   * command line.
   *
   * @param args of the command line.
   */
  public static void main(final String[] args) {
    // Sampling buffers for leaks is for tests, and costs a fiftieth of the time.
    setUnlessGiven("io.netty.leakDetection.level", "disabled");
    // For the events of its own, Netty has the JVM describe all of Flight Recorder's at the start.
    setUnlessGiven("io.netty.jfr.enabled", "false");
    // Options of these types have converters of ours.
    setUnlessGiven("picocli.converters.excludes", "java\\.(sql|time)\\..*");
    // A NATS server that returns may do so at another address.
    setTtlUnlessGiven("networkaddress.cache.ttl", "5");
    setTtlUnlessGiven("networkaddress.cache.negative.ttl", "1");
    // What is printed is read by machines, and libraries print, too.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(args));
  }

  private static void setUnlessGiven(final String property, final String value) {
    System.getProperties().putIfAbsent(property, value);
  }

  /** The JDK's own values, which may be changed in its files, are 30 and 10 seconds. */
  private static void setTtlUnlessGiven(final String property, final String seconds) {
    final String given = Security.getProperty(property);
    if (given == null || given.equals("10")) {
      Security.setProperty(property, seconds);
    }
  }

  static int run(final String... args) {
    final Secrets secrets = secrets(System.getenv(), args);
    final AtomicReference<TallyProcess> serving = new AtomicReference<>();
    final int exitCode = commandLine(System.getenv(), secrets, serving::set).execute(args);
    if (serving.get() == null) {
      return exitCode;
    }
    // By now nothing refers to the command line any more, so a server does not keep its model.
    try {
      return serving.getAndSet(null).run();
    } catch (final StartException | RuntimeException fault) {
      return failed(fault, secrets, new PrintWriter(System.err, true));
    }
  }

  /** The arguments and variables given, in which passwords may stand. */
  private static Secrets secrets(final Map<String, String> variables, final String... args) {
    final List<String> given = new ArrayList<>(new Environment(variables).values());
    given.addAll(List.of(args));
    return new Secrets(given);
  }

  private static int failed(final Exception fault, final Secrets secrets, final PrintWriter err) {
    if (fault instanceof StartException) {
      err.println("tally: " + secrets.hiddenIn(fault.getMessage()));
    } else {
      fault.printStackTrace();
    }
    return EXIT_FAILED;
  }

  /** Parses as the program does, and serves nothing. For tests. */
  static CommandLine commandLine(final Map<String, String> variables, final String... args) {
    return commandLine(variables, secrets(variables, args), process -> {});
  }

  /** Parses the command line: runs the command, or says in one line why it does not run. */
  private static CommandLine commandLine(
      final Map<String, String> variables,
      final Secrets secrets,
      final Consumer<TallyProcess> serving) {
    final Environment environment = new Environment(variables);
    // The tracer would show values as they are, with their passwords.
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    final CommandLine commandLine = new CommandLine(new Tally(environment, serving));
    registerConverters(commandLine);
    commandLine.setDefaultValueProvider(environment);
    final IParameterExceptionHandler usageFault =
        (fault, arguments) -> {
          final String message = secrets.hiddenIn(fault.getMessage());
          commandLine
              .getErr()
              .println("tally: " + environment.inTermsOfVariables(message) + " (see --help)");
          return EXIT_USAGE;
        };
    commandLine.setParameterExceptionHandler(usageFault);
    commandLine.setExecutionExceptionHandler(
        (fault, command, parsed) -> {
          if (fault instanceof ParameterException usage) {
            return usageFault.handleParseException(
                usage, parsed.originalArgs().toArray(String[]::new));
          }
          return failed(fault, secrets, commandLine.getErr());
        });
    return commandLine;
  }

  /** Registers the converters of all options; also for tests of a part of the options. */
  static void registerConverters(final CommandLine commandLine) {
    commandLine.registerConverter(Duration.class, new Durations());
    commandLine.registerConverter(Transport.class, new Choice<>(Transport.class));
    commandLine.registerConverter(Restore.class, new Choice<>(Restore.class));
    commandLine.registerConverter(ExportFormat.class, new Choice<>(ExportFormat.class));
  }

  @Override
  public Integer call() throws Exception {
    check(spec, settings);
    if (nodeCount < 1 || nodeCount > MAX_DEMO_NODES) {
      throw new ParameterException(
          spec.commandLine(), "--node-count must be 1 to " + MAX_DEMO_NODES);
    }
    final List<String> nodeIds =
        IntStream.range(0, nodeCount).mapToObj(i -> "node-" + i).sorted().toList();
    return serve(settings, nodeIds, nodeIds, true);
  }

  private static void check(final CommandSpec spec, final Settings settings) {
    final String fault = settings.fault();
    if (fault != null) {
      throw new ParameterException(spec.commandLine(), fault);
    }
  }

  private int serve(
      final Settings given,
      final List<String> nodeIds,
      final List<String> localNodeIds,
      final boolean isDemo)
      throws StartException {
    LogFormat.install(SystemNanoClock.INSTANCE);
    environment.logIgnored(spec);
    serving.accept(new TallyProcess(config(given, nodeIds, localNodeIds), isDemo));
    return 0;
  }

  private static NodeConfig config(
      final Settings given, final List<String> nodeIds, final List<String> localNodeIds)
      throws StartException {
    try {
      final List<HostedService> services = new ArrayList<>();
      services.add(counters(given.maxCounters));
      services.addAll(ServiceProviders.named(given.services));
      return given.config(nodeIds, localNodeIds, services.toArray(HostedService[]::new));
    } catch (final IllegalArgumentException fault) {
      throw new StartException(fault.getMessage(), fault);
    }
  }

  /** The counters; null for as many as memory surely holds. */
  static HostedService counters(final Long maxCounters) {
    return new HostedService(
        memory -> CounterDefinition.within(memory, maxCounters),
        CounterEndpoints::of,
        CounterEndpoints.HELP,
        CounterEndpoints.EXAMPLES);
  }

  /** {@code tally node}. */
  @Command(
      name = "node",
      description = "Runs one node of a cluster whose nodes talk through a NATS server.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      usageHelpWidth = 100)
  static final class NodeCommand implements Callable<Integer> {
    @ParentCommand private Tally tally;
    @Spec private CommandSpec spec;
    @Mixin private Settings settings;

    @Option(names = "--id", paramLabel = "NODE", required = true, description = "Id of this node.")
    private String id;

    @Option(
        names = "--nodes",
        paramLabel = "NODE,NODE,...",
        required = true,
        split = ",",
        description =
            "Ids of all nodes of the cluster, "
                + ClusterSettings.NODE_ID_FORM
                + " each; the same on all nodes.")
    private String[] nodes;

    @Override
    public Integer call() throws Exception {
      check(spec, settings);
      if (!spec.parent().commandLine().getParseResult().matchedOptions().isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "options stand behind 'node', not before it");
      }
      if (nodes.length > ClusterSettings.MAX_NODE_COUNT) {
        throw new ParameterException(
            spec.commandLine(),
            "--nodes names more than " + ClusterSettings.MAX_NODE_COUNT + " nodes");
      }
      final List<String> nodeIds = Arrays.stream(nodes).sorted().distinct().toList();
      for (final String node : nodeIds) {
        if (!ClusterSettings.isNodeId(node)) {
          throw new ParameterException(
              spec.commandLine(),
              "'" + node + "' is not a node id: " + ClusterSettings.NODE_ID_FORM);
        }
      }
      if (nodeIds.size() != nodes.length) {
        throw new ParameterException(spec.commandLine(), "--nodes names a node twice");
      }
      if (!nodeIds.contains(id)) {
        throw new ParameterException(
            spec.commandLine(),
            "--id '" + id + "' is not one of --nodes " + String.join(",", nodeIds));
      }
      if (nodeIds.size() > 1 && settings.transport == Transport.INPROCESS) {
        throw new ParameterException(
            spec.commandLine(),
            "a node of several cannot use --transport=inprocess: give it --nats");
      }
      return tally.serve(settings, nodeIds, List.of(id), false);
    }
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"tally " + version()};
    }
  }

  static String version() {
    final String version = Tally.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
