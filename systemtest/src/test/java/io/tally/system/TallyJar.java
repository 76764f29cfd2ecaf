package io.tally.system;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged jar, run as a process of its own on free ports. */
public final class TallyJar implements AutoCloseable {
  /**
   * For tests in which no request may time out: a machine that is busy with something else can
   * stand still for a second.
   */
  public static final String LONG_REQUESTS = "--request-timeout=30s";

  private static final String OLDEST = "tally.oldest.jar";
  private static final String BEFORE = "tally.before.jar";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Child child;

  private TallyJar(final Child child) {
    this.child = child;
  }

  /** How the jar is run. */
  public static final class Launch {
    private final List<String> prefix = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Path jar = packaged();
    private Path service;
    private boolean archived;

    private Launch() {}

    /** Adds options of the JVM. */
    public Launch jvm(final String... options) {
      jvmOptions.addAll(List.of(options));
      return this;
    }

    /** Runs a copy of the jar. */
    public Launch jar(final Path copy) {
      jar = copy;
      return this;
    }

    /** Has the jar of a service on the class path. */
    public Launch service(final Path jarOfService) {
      service = jarOfService;
      return this;
    }

    /** Sets a variable of the environment. */
    public Launch environment(final String name, final String value) {
      environment.put(name, value);
      return this;
    }

    /** Sets variables of the environment. */
    public Launch environment(final Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    /** Sets deadlines that a busy machine does not let pass, where no others are set. */
    public Launch patient() {
      environment.putIfAbsent("TALLY_REQUEST_TIMEOUT", "5s");
      environment.putIfAbsent("TALLY_QUEUE_LIMIT", "5s");
      return this;
    }

    /** Lets the process have so many file descriptors. */
    public Launch descriptors(final int count) {
      prefix.addAll(List.of("/bin/sh", "-c", "ulimit -n " + count + "; exec \"$@\"", "sh"));
      return this;
    }

    /** Lets the process write no file that is longer, as a full disk would. */
    public Launch longestFile(final int kibibytes) {
      prefix.addAll(List.of("/bin/bash", "-c", "ulimit -f " + kibibytes + "; exec \"$@\"", "bash"));
      return this;
    }

    /** Lets the process have the first processor alone. */
    public Launch oneProcessor() {
      prefix.addAll(List.of("taskset", "-c", "0"));
      return this;
    }

    /** Runs the jar with exactly these arguments. */
    public TallyJar run(final String... arguments) {
      final List<String> command = new ArrayList<>(prefix);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmOptions);
      if (archived && jar.equals(packaged())) {
        command.addAll(ClassArchive.options());
      }
      if (service == null) {
        command.addAll(List.of("-jar", jar.toString()));
      } else {
        // What the manifest says holds for a jar that is run alone.
        command.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", jar + File.pathSeparator + service));
        command.add("io.tally.launcher.Tally");
      }
      command.addAll(List.of(arguments));
      return new TallyJar(Child.start(command, this::prepare));
    }

    /** Runs a script that runs the jar on free ports, patiently. */
    TallyJar script(final String script, final String... arguments) {
      patient();
      final String bin = Path.of(System.getProperty("java.home"), "bin").toString();
      environment.put("TALLY_HTTP_PORT", "0");
      environment.put("TALLY_METRICS_PORT", "0");
      environment.put("JAVA_HOME", System.getProperty("java.home"));
      environment.put("PATH", bin + File.pathSeparator + "/usr/bin" + File.pathSeparator + "/bin");
      final List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
      command.addAll(List.of(arguments));
      return new TallyJar(Child.start(command, this::prepare));
    }

    /** Runs the jar on free ports, patiently unless the arguments name other deadlines. */
    public TallyJar start(final String... arguments) {
      patient();
      final List<String> all = new ArrayList<>(List.of(arguments));
      all.add("--http-port=0");
      all.add("--metrics-port=0");
      return run(all.toArray(new String[0]));
    }

    private void prepare(final Map<String, String> variables) {
      variables.keySet().removeIf(name -> name.startsWith("TALLY_") || name.equals("NATS_URL"));
      // Would be announced on standard error.
      variables.remove("JAVA_TOOL_OPTIONS");
      variables.remove("JDK_JAVA_OPTIONS");
      variables.putAll(environment);
    }
  }

  /** The jar that the build made. */
  public static Path packaged() {
    final String jar = System.getProperty("tally.jar");
    return jar != null ? Path.of(jar) : Path.of("launcher", "target", "tally.jar");
  }

  /** The jar of the leases that the build made. */
  public static Path leases() {
    return Path.of(System.getProperty("tally.lease.jar"));
  }

  /** The jar of the first commit in {@code systemtest/older-commits}; ./rig builds it. */
  public static Path oldest() {
    return builtByRig(OLDEST);
  }

  /** Whether a jar is that one. */
  public static boolean isOldest(final Path jar) {
    return jar.toString().equals(System.getProperty(OLDEST));
  }

  /** The jar of the second commit there, which knows all that this one does. */
  public static Path before() {
    return builtByRig(BEFORE);
  }

  private static Path builtByRig(final String property) {
    final String jar = System.getProperty(property);
    if (jar == null) {
      throw new AssertionError("-D" + property + " is not set: ./rig builds that jar and sets it");
    }
    return Path.of(jar);
  }

  /** Begins to describe how the jar is run. */
  public static Launch with() {
    return new Launch();
  }

  /**
   * A small JVM that starts fast, for tests of several processes. Only {@link #with} without
   * options runs the jar as users do.
   */
  public static Launch small() {
    final Launch small =
        new Launch().jvm("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    small.archived = true;
    return small;
  }

  /** The process. */
  public Child child() {
    return child;
  }

  /** Waits until it says that it is ready. */
  public TallyJar awaitReady() {
    awaitSaid("=== Tally ready ===");
    return this;
  }

  /** Waits until so many peers are up. */
  public void awaitPeersUp(final int count) {
    Await.until(
        count + " peers are up",
        START_LIMIT,
        () -> metrics().sum("tally_link_up") == count,
        child::picture);
  }

  /** Waits until a line of the log contains a text. */
  public void awaitSaid(final String text) {
    Await.until(
        "log line with " + text,
        START_LIMIT,
        () -> {
          // The order matters: what it said before its end counts.
          final boolean ended = !child.isAlive();
          if (child.said(text)) {
            return true;
          }
          if (ended) {
            throw new AssertionError("ended without saying " + text + ":\n" + child.picture());
          }
          return false;
        },
        child::picture);
  }

  /** Port of the API; waits until it listens. */
  public int httpPort() {
    return Integer.parseInt(logged("HTTP server starting", "port"));
  }

  /** Port of the metrics; waits until it listens. */
  public int metricsPort() {
    return Integer.parseInt(logged("prometheus metrics server starting", "port"));
  }

  /** The value of a key in the first log line with this message; waits for the line. */
  public String logged(final String message, final String key) {
    final String start = "msg=\"" + message + "\"";
    awaitSaid(start);
    final Pattern pair = Pattern.compile(" " + key + "=(\"[^\"]*\"|\\S+)");
    for (final String line : child.output()) {
      final Matcher matcher = pair.matcher(line);
      if (line.contains(start) && matcher.find()) {
        return matcher.group(1);
      }
    }
    throw new AssertionError("no " + key + " in the log:\n" + child.picture());
  }

  /** When it logged the first line with this message. */
  public Instant timeOf(final String message) {
    return child.output().stream()
        .filter(line -> line.contains("msg=\"" + message + "\""))
        .map(line -> Instant.parse(line.substring("time=".length(), line.indexOf(' '))))
        .findFirst()
        .orElseThrow(() -> new AssertionError(child.picture()));
  }

  /** What the metrics port shows. */
  public Metrics metrics() {
    return Metrics.scrape(metricsPort());
  }

  @Override
  public void close() {
    child.close();
  }
}
