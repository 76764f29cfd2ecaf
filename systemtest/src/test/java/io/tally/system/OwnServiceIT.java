package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows the tutorial word by word: installs a copy of the sources into a repository of the test's
 * own, and makes the project of an author in an empty folder, on each JDK. Ports alone are others.
 * Alone, because what the tutorial starts has the deadlines that it has for a reader.
 */
@Tag("alone")
@Tag("default-jdk")
@Timeout(900)
class OwnServiceIT {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern LISTING =
      Pattern.compile("(?s)\\n`([^`\\n]+)`:\\n\\n```(?:java|xml)\\n(.*?)```");
  private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\\n(.*?)```");
  private static final Pattern ANSWERED = Pattern.compile("(?m)^(curl .*?) +# (.*)$");
  private static final Pattern JDK_VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
  private static final Set<String> NOT_COPIED = Set.of(".git", "target");
  private static final List<String> ARTEFACTS =
      List.of(
          "check",
          "engine",
          "store",
          "transport",
          "edge",
          "http",
          "counter",
          "launcher",
          "testkit");
  private static final List<String> PORTS = List.of("4222", "8181", "8182", "8183");
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @TempDir private Path folder;

  @Test
  void shouldLeadFromAnEmptyFolderToThreeNodes() throws IOException {
    copySources(folder.resolve("tally"));
    final Path defaultJdk = Path.of(System.getProperty("java.home"));
    follow("heartbeats", defaultJdk, true);
    checkArtefacts();
    final Optional<Path> newer = newerJdk(defaultJdk);
    if (newer.isPresent()) {
      follow("heartbeats-on-newer", newer.get(), false);
    }
  }

  /** The page, with the first step or after it. */
  private void follow(final String name, final Path jdk, final boolean installs)
      throws IOException {
    final Path project = Files.createDirectory(folder.resolve(name));
    final String page = atFreePorts(Files.readString(ROOT.resolve("docs/your-own-service.md")));
    int listings = 0;
    for (final MatchResult listing : LISTING.matcher(page).results().toList()) {
      final Path file = project.resolve(listing.group(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, listing.group(2));
      listings++;
    }
    assertEquals(6, listings, "listings");
    assertEquals(5, ANSWERED.matcher(page).results().count(), "answers");
    final StringBuilder script = new StringBuilder("set -euo pipefail\n");
    script.append("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n");
    script.append("cd '").append(project).append("'\n");
    for (final MatchResult commands : COMMANDS.matcher(page).results().toList()) {
      final String all = commands.group(1);
      final int install = all.indexOf("\"$TALLY/mvnw\" -q");
      script.append(checked(installs || install < 0 ? all : all.substring(0, install)));
    }
    script.append("echo followed\n");
    final Path file = Files.writeString(folder.resolve(name + ".sh"), script);
    try (Child child =
        Child.start(
            List.of("/bin/bash", file.toString()),
            environment -> {
              environment.put("JAVA_HOME", jdk.toString());
              environment.merge(
                  "PATH", jdk.resolve("bin").toString(), (old, bin) -> bin + ":" + old);
              environment.put("MAVEN_ARGS", mavenOptions());
            })) {
      final int exitCode = child.awaitExit(LIMIT);
      assertTrue(exitCode == 0 && child.said("followed"), child::picture);
    }
  }

  /** Nothing of the user's repository changes. What the build checks elsewhere is not checked. */
  private String mavenOptions() {
    return "-B --no-transfer-progress -Dcheckstyle.skip -Dspotless.check.skip -Dmaven.repo.local="
        + folder.resolve("repository")
        + " -Dmaven.repo.local.tail="
        + System.getProperty("local.repository");
  }

  /** Where the page says what is answered, it has to be. */
  private static String checked(final String commands) {
    return ANSWERED
        .matcher(commands)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    "actual=$("
                        + found.group(1)
                        + ")\n[ \"$actual\" = '"
                        + found.group(2)
                        + "' ] || { echo \"answered: $actual\"; exit 1; }"));
  }

  private static String atFreePorts(final String page) {
    final Map<String, String> free = new HashMap<>();
    for (final String port : PORTS) {
      assertTrue(page.contains(port), port);
      String next;
      do {
        next = Integer.toString(NatsServer.freePort());
      } while (free.containsValue(next));
      free.put(port, next);
    }
    // All at once: a free port may have one of these numbers in it.
    return Pattern.compile(String.join("|", PORTS))
        .matcher(page)
        .replaceAll(found -> free.get(found.group()));
  }

  private void checkArtefacts() throws IOException {
    final Path group = folder.resolve("repository/io/tally");
    assertTrue(Files.isDirectory(group.resolve("tally-bom")));
    for (final String artefact : ARTEFACTS) {
      final List<Path> jars;
      try (Stream<Path> files = Files.walk(group.resolve("tally-" + artefact))) {
        jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
      }
      assertTrue(jars.stream().anyMatch(jar -> jar.toString().endsWith("-sources.jar")), artefact);
      assertTrue(jars.stream().anyMatch(jar -> jar.toString().endsWith("-javadoc.jar")), artefact);
      final Path main =
          jars.stream().min(Comparator.comparingInt(jar -> jar.toString().length())).orElseThrow();
      assertEquals(
          List.of("io.tally." + artefact),
          ModuleFinder.of(main).findAll().stream()
              .map(module -> module.descriptor())
              .map(ModuleDescriptor::name)
              .toList());
      try (JarFile jar = new JarFile(main.toFile())) {
        assertEquals(
            main.getParent().getFileName().toString(),
            jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION),
            artefact);
      }
    }
  }

  private static void copySources(final Path to) throws IOException {
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(
              final Path from, final BasicFileAttributes attributes) throws IOException {
            if (NOT_COPIED.contains(from.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(ROOT.relativize(from)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(ROOT.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The newest from 21 on that stands beside the default one, as in {@code ./test}. */
  private static Optional<Path> newerJdk(final Path defaultJdk) throws IOException {
    final List<Path> homes = new ArrayList<>();
    final Path all = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(all)) {
      try (Stream<Path> found = Files.list(all)) {
        found.filter(home -> version(home) > 20).forEach(homes::add);
      }
    }
    homes.removeIf(home -> isSame(home, defaultJdk));
    return homes.stream().max(Comparator.comparingInt(OwnServiceIT::version));
  }

  private static boolean isSame(final Path home, final Path other) {
    try {
      return home.toRealPath().equals(other.toRealPath());
    } catch (final IOException gone) {
      return false;
    }
  }

  private static int version(final Path home) {
    try {
      final Matcher version = JDK_VERSION.matcher(Files.readString(home.resolve("release")));
      return Files.isExecutable(home.resolve("bin/javac")) && version.find()
          ? Integer.parseInt(version.group(1))
          : 0;
    } catch (final IOException noJdk) {
      return 0;
    }
  }
}
