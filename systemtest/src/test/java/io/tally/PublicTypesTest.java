package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is installed says what it is: each public type is API, which its package lists and which
 * rests on API alone, or stands in a package named internal; each artefact has a module name and a
 * line in the BOM.
 */
@Timeout(60)
class PublicTypesTest {
  private static final Pattern PUBLIC =
      Pattern.compile(
          "(?m)^public (?:final |abstract |sealed )*(?:class|interface|record|enum) (\\w+)");
  private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>tally(?:-bom)?</artifactId>\\s*<version>(.*?)</version>");

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @Test
  void shouldHaveNoPublicTypeThatIsNeitherApiNorInternal() throws IOException {
    final List<String> missing = new ArrayList<>();
    int api = 0;
    int internal = 0;
    for (final String module : installed()) {
      for (final Path file : sources(module)) {
        final String source = Files.readString(file);
        final List<String> names =
            PUBLIC.matcher(source).results().map(found -> found.group(1)).toList();
        for (final String name : names) {
          if (isInternal(file)) {
            internal++;
          } else if (isApi(file, name)) {
            api++;
          } else {
            missing.add(ROOT.relativize(file).toString());
          }
        }
      }
    }
    assertEquals(List.of(), missing, "neither API of their package nor in one named internal");
    assertTrue(api > 50, "only " + api + " types of the API found");
    assertTrue(internal > 50, "only " + internal + " other public types found");
  }

  @Test
  void shouldRestNoApiOnWhatIsNone() throws IOException, ClassNotFoundException {
    final Map<String, Set<String>> breaches = new TreeMap<>();
    final Deque<Class<?>> types = new ArrayDeque<>(api());
    int read = 0;
    while (!types.isEmpty()) {
      final Class<?> type = types.remove();
      final Set<String> found = ApiSignatures.breaches(type);
      if (!found.isEmpty()) {
        breaches.put(type.getName(), found);
      }
      types.addAll(List.of(type.getClasses()));
      read++;
    }
    assertEquals(Map.of(), breaches);
    assertTrue(read > 50, "only " + read + " types of the API read");
  }

  private static List<Class<?>> api() throws IOException, ClassNotFoundException {
    final List<Class<?>> api = new ArrayList<>();
    for (final String module : installed()) {
      final Path root = ROOT.resolve(module).resolve("src/main/java");
      for (final Path file : sources(module)) {
        final String name = root.relativize(file).toString().replace(".java", "");
        if (!isInternal(file) && PUBLIC.matcher(Files.readString(file)).find()) {
          api.add(
              Class.forName(name.replace('/', '.'), false, ApiSignatures.class.getClassLoader()));
        }
      }
    }
    return api;
  }

  @Test
  void shouldSayOfEachInternalPackageThatItIsNoApi() throws IOException {
    final List<String> silent = new ArrayList<>();
    int found = 0;
    for (final String module : installed()) {
      for (final Path file : sources(module)) {
        if (file.endsWith("package-info.java") && isInternal(file)) {
          found++;
          if (!Files.readString(file).contains("No API: for the modules of Tally alone.")) {
            silent.add(ROOT.relativize(file).toString());
          }
        }
      }
    }
    assertEquals(List.of(), silent);
    assertTrue(found > 4, "only " + found + " internal packages found");
  }

  private static boolean isInternal(final Path file) {
    return file.getParent().endsWith("internal");
  }

  private static boolean isApi(final Path file, final String name) throws IOException {
    final Path info = file.resolveSibling("package-info.java");
    return Files.exists(info)
        && Pattern.compile(
                "(?s)<p>API, which later versions keep:[^<]*?\\{@link\\s+(?:\\*\\s*)?"
                    + name
                    + "\\}")
            .matcher(Files.readString(info))
            .find();
  }

  @Test
  void shouldNameEachModuleAndHaveItInTheBom() throws IOException {
    final String bom = Files.readString(ROOT.resolve("bom/pom.xml"));
    for (final String module : installed()) {
      final String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
      assertTrue(pom.contains("<module.name>io.tally."), module + "/pom.xml needs a module.name");
      assertTrue(
          bom.contains("<artifactId>tally-" + Path.of(module).getFileName() + "</artifactId>"),
          module + " is not in bom/pom.xml");
    }
  }

  @Test
  void shouldHaveOneVersion() throws IOException {
    final String version = version(ROOT.resolve("pom.xml"));
    for (final String module : modules()) {
      assertEquals(version, version(ROOT.resolve(module).resolve("pom.xml")), module);
    }
    assertTrue(
        Files.readString(ROOT.resolve("CHANGELOG.md")).contains("\n## " + version + "\n"),
        "CHANGELOG.md says nothing of " + version);
  }

  private static String version(final Path pom) throws IOException {
    return VERSION.matcher(Files.readString(pom)).results().findFirst().orElseThrow().group(1);
  }

  private static List<String> modules() throws IOException {
    return MODULE
        .matcher(Files.readString(ROOT.resolve("pom.xml")))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** Those with a jar for others. */
  private static List<String> installed() throws IOException {
    final List<String> installed = new ArrayList<>();
    for (final String module : modules()) {
      final String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
      if (!pom.contains("<maven.install.skip>true") && !pom.contains("<packaging>pom")) {
        installed.add(module);
      }
    }
    return installed;
  }

  private static List<Path> sources(final String module) throws IOException {
    try (Stream<Path> tree = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
      return tree.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
