package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node exports goes into another one, and out of it again. */
@Timeout(240)
@Tag("default-jdk")
final class ImportIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int COUNTERS = 200;
  private static final int RATES = 2;
  private static final long TTL_MS = 3_600_000;

  /** What may stand in an id. */
  private static final List<String> IDS =
      List.of("a b", "a,b", "\"quoted\"", "back\\slash", "ü€😀", "{tag}:x", "50%", "a/b?c#d", "'");

  private static final Pattern TTL = Pattern.compile("\"ttl_ms\":(\\d+)");

  @TempDir private Path folder;
  private List<String> exported;

  @BeforeEach
  void makeAnExport() throws IOException {
    final Path old = folder.resolve("old");
    try (TallyJar node = LoneNode.start(old, TallyJar.LONG_REQUESTS).awaitReady()) {
      for (int i = 0; i < COUNTERS; i++) {
        Http.post(
            node.httpPort(), "/counter/c-" + i + "/increment", "{\"amount\":" + (i - 7) + "}");
      }
      for (final String id : IDS) {
        Http.post(node.httpPort(), "/counter/" + encoded(id) + "/increment", "");
      }
      Http.post(
          node.httpPort(),
          "/counter/most/increment",
          "{\"amount\":" + Long.MAX_VALUE + ",\"ttl_ms\":" + TTL_MS + "}");
      for (int i = 0; i < RATES; i++) {
        Http.post(
            node.httpPort(),
            "/counter/rate-" + i + "/limit",
            "{\"limit\":1,\"window_ms\":" + TTL_MS + ",\"burst\":2}");
      }
      LoneNode.stop(node);
    }
    exported = run(0, "export", old.toString()).output();
    assertEquals(COUNTERS + IDS.size() + 1 + RATES, exported.size());
  }

  private static String encoded(final String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Child run(final int exit, final String... arguments) {
    try (TallyJar jar = TallyJar.small().run(arguments)) {
      assertEquals(exit, jar.child().awaitExit(LIMIT), jar.child()::picture);
      return jar.child();
    }
  }

  /** Ids and values of all that can be set. */
  private static TreeSet<String> counters(final List<String> lines) {
    final TreeSet<String> counters = new TreeSet<>();
    for (final String line : lines) {
      if (!line.contains("\"kind\"")) {
        counters.add(line.replaceFirst("(,\"ttl_ms\":\\d+)?,\"version\":\\d+}", "}"));
      }
    }
    return counters;
  }

  @Test
  void shouldExportTheSameCountersAfterAnImport() throws IOException {
    final Path file = folder.resolve("export.ndjson");
    Files.write(file, exported);
    final Path fresh = folder.resolve("fresh");
    try (TallyJar node = LoneNode.start(fresh, TallyJar.LONG_REQUESTS).awaitReady()) {
      final String url = "--url=http://127.0.0.1:" + node.httpPort();
      final Child first = run(1, "import", url, file.toString());
      final String set = "counters set: " + (COUNTERS + IDS.size() + 1);
      assertEquals(List.of(set, "limits with a burst left out: 2"), first.output());
      assertEquals(RATES, first.errors().size(), first::picture);
      assertTrue(first.errors().get(0).contains("rate-"), first::picture);
      final Child second = run(0, "import", url, "--skip-rates", file.toString());
      assertEquals(set, second.output().get(0), "it can be repeated");
      LoneNode.stop(node);
    }
    final List<String> again = run(0, "export", fresh.toString()).output();
    assertEquals(counters(exported), counters(again));
    assertEquals(COUNTERS + IDS.size() + 1, again.size(), "and no others");
    final List<Long> times = new ArrayList<>();
    for (final String line : again) {
      final Matcher ttl = TTL.matcher(line);
      if (ttl.find()) {
        times.add(Long.parseLong(ttl.group(1)));
      }
    }
    assertEquals(1, times.size());
    assertTrue(times.get(0) > 0 && times.get(0) <= TTL_MS, times::toString);
  }

  @Test
  void shouldImportCsvFromStandardInput() throws IOException {
    final Path file = folder.resolve("export.csv");
    Files.write(file, run(0, "export", "--format=csv", folder.resolve("old").toString()).output());
    final Path fresh = folder.resolve("fresh");
    try (TallyJar node = LoneNode.start(fresh, TallyJar.LONG_REQUESTS).awaitReady()) {
      final List<String> command =
          List.of(
              "/bin/sh",
              "-c",
              "exec \"$0\" -jar \"$1\" import --skip-rates --url=\"$2\" < \"$3\"",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              TallyJar.packaged().toString(),
              "http://localhost:" + node.httpPort(),
              file.toString());
      try (Child importing = Child.start(command, environment -> {})) {
        assertEquals(0, importing.awaitExit(LIMIT), importing::picture);
      }
      LoneNode.stop(node);
    }
    assertEquals(counters(exported), counters(run(0, "export", fresh.toString()).output()));
  }

  @Test
  void shouldStopAtABadLineAndSayWhich() throws IOException {
    final Path file = folder.resolve("bad.ndjson");
    Files.write(file, List.of("{\"id\":\"a\",\"value\":1}", "{\"id\":\"b\",\"value\":1.5}"));
    try (TallyJar node = LoneNode.start(folder.resolve("fresh")).awaitReady()) {
      final String url = "--url=http://127.0.0.1:" + node.httpPort();
      final Child bad = run(1, "import", url, file.toString());
      assertEquals(List.of("counters set: 1"), bad.output());
      assertTrue(bad.errors().get(0).contains("line 2: "), bad::picture);
      assertEquals(1, Http.read(node.httpPort(), "a"));
      Http.post(
          node.httpPort(), "/counter/r/limit", "{\"limit\":1,\"window_ms\":60000,\"burst\":1}");
      Files.write(file, List.of("id,value", "r,1"));
      final Child refused = run(1, "import", url, file.toString());
      assertTrue(
          refused.errors().get(0).contains("line 2: refused, 409 kind-mismatch"), refused::picture);
      LoneNode.stop(node);
    }
    run(2, "import", file.toString());
    run(2, "import", "--url=https://localhost", file.toString());
  }
}
