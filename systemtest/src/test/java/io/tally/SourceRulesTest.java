package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Reads the sources of all modules: what the compiler and the build's other checks cannot know. */
@Timeout(60)
class SourceRulesTest {
  private static final String PRODUCT = "(?!bench/|stress/)[a-z/]+/src/main/.*";

  /** The engine, and every module with a service, which writes replies. */
  private static final String SHARD = modulesThatImport("io.tally.engine.ServiceReply");

  /** What runs on Netty's event loops. */
  private static final String EDGE = modulesThatImport("io.netty.");

  private static final String TESTS = "[a-z/]+/src/test/.*";
  private static final String ANYWHERE = ".*";

  /** A longer class has more than one job. */
  private static final int MAX_LINES = 350;

  private static final String ENGINE_FILE = "engine/src/main/java/io/tally/engine/X.java";
  private static final String TRANSPORT_FILE = "transport/src/main/java/io/tally/transport/X.java";
  private static final String HTTP_FILE = "http/src/main/java/io/tally/http/X.java";
  private static final String LAUNCHER_FILE = "launcher/src/main/java/io/tally/launcher/X.java";
  private static final String TEST_FILE = "http/src/test/java/io/tally/http/XTest.java";

  private static final List<Rule> RULES =
      List.of(
          rule("time comes in as an argument", SHARD)
              .bans("\\bSystem\\s*\\.\\s*(nanoTime|currentTimeMillis)\\b|\\bInstant\\.now\\b")
              .such(ENGINE_FILE, "long t = System.nanoTime();"),
          rule("chance comes in from outside", SHARD)
              // Of the testkit: their seeds come in.
              .except("ShardHarness", "Simulation", "TrialClients")
              .bans(
                  "\\bnew (Secure|Splittable)?Random\\b|\\bThreadLocalRandom\\b|\\bMath\\.random\\b"
                      + "|\\brandomUUID\\b")
              .such(ENGINE_FILE, "int r = new Random().nextInt();"),
          rule("no thread waits in the engine", SHARD)
              .bans("\\bThread\\s*\\.\\s*sleep\\b|\\bsynchronized\\b")
              .such(ENGINE_FILE, "synchronized (this) {}"),
          rule("only the agent's own thread parks", SHARD)
              .except("AgentThread")
              .bans("\\bLockSupport\\b")
              .such(ENGINE_FILE, "LockSupport.parkNanos(1);"),
          rule("the engine neither prints nor logs", SHARD)
              .bans(
                  "\\bSystem\\s*\\.\\s*(out|err|Logger|getLogger)\\b|\\bjava\\.util\\.logging\\b"
                      + "|\\borg\\.(slf4j|apache\\.log)\\w*\\b|\\bprintStackTrace\\b")
              .such(ENGINE_FILE, "System.out.println(1);"),
          rule("the engine formats no strings", SHARD)
              .bans("\\bString\\s*\\.\\s*format\\b|\\.\\s*formatted\\s*\\(")
              .such(ENGINE_FILE, "String.format(pattern, 1);"),
          rule("a full ring is answered, never waited for", SHARD)
              .bans("(?s)\\bcom\\.lmax\\.disruptor\\b.*?(?<at>\\.\\s*next\\s*\\()")
              .such(ENGINE_FILE, "import com.lmax.disruptor.RingBuffer;\nlong s = ring.next();"),
          rule("what is used is imported, so that the import rules see it", PRODUCT)
              .except("JnatsClient")
              .bans("(?m)^(?!import |package ).*?(?<at>\\b(io|com|org|picocli)\\.[a-z0-9]+\\.\\w)")
              .such(ENGINE_FILE, "io.tally.counter.CounterProxy p = null;"),
          rule("only one class publishes to NATS, because publish may block", PRODUCT)
              .except("JnatsClient")
              .bans("(?s)\\bio\\.nats\\b.*?(?<at>\\.\\s*publish\\s*\\()")
              .such(TRANSPORT_FILE, "import io.nats.client.Connection;\nc.publish(s, b);"),
          rule("event loops never wait", EDGE)
              .except("EventLoops", "EdgePort", "ListenSocket")
              .bans(
                  "\\.\\s*(sync|syncUninterruptibly|await\\w*)\\s*\\(|\\bThread\\s*\\.\\s*sleep\\b"
                      + "|\\bLockSupport\\b")
              .such(HTTP_FILE, "channel.closeFuture()\n    .sync();"),
          rule("what is printed does not depend on the machine's language", PRODUCT)
              .bans(
                  "\\bString\\s*\\.\\s*format\\s*\\(\\s*+(?!Locale\\.ROOT)|\\.\\s*printf\\s*\\(\\s*+(?!Locale\\.ROOT)"
                      + "|\\.\\s*formatted\\s*\\(|\\.\\s*to(Upper|Lower)Case\\s*\\(\\s*\\)")
              .such(LAUNCHER_FILE, "String.format(pattern, 1);"),
          rule("memory is reached through Agrona's buffers", ANYWHERE)
              .bans("\\bsun\\.misc\\b|\\bjdk\\.internal\\b|\\bUnsafe(Api|Access)?\\b")
              .such(LAUNCHER_FILE, "sun.misc.Unsafe u = null;"),
          rule("a class is named for its one job", ANYWHERE)
              .bans(
                  "\\b(?:class|interface|record|enum)\\s+(\\w*(?:Util|Helper|Manager|Common)s?(?![a-z])\\w*"
                      + "|\\w+Impl)\\b")
              .such(LAUNCHER_FILE, "final class NodeManager {}"),
          rule("no test is skipped", TESTS)
              .bans("@\\s*(Disabled|Enabled)\\w*|\\bassum(e|ing)[A-Z]\\w*|\\bAssumptions\\b")
              .such(TEST_FILE, "@Disabled\nvoid shouldWork() {}"),
          rule("tests wait for conditions", TESTS)
              .bans("\\bThread\\s*\\.\\s*sleep\\b|\\bTimeUnit\\.\\w+\\.sleep\\b")
              .such(TEST_FILE, "Thread.sleep(5);"),
          rule("a test's HTTP client keeps no connection", TESTS)
              .except("Http", "TestNodes")
              .bans("\\bHttpClient\\s*\\.\\s*new\\w+")
              .such(TEST_FILE, "HttpClient.newHttpClient();"));

  @ParameterizedTest
  @FieldSource("RULES")
  void shouldFindNoBreachInAnyModule(final Rule rule) throws IOException {
    final List<String> breaches = new ArrayList<>();
    int read = 0;
    for (final Path file : sources()) {
      breaches.addAll(rule.breaches(relative(file), Files.readString(file)));
      read++;
    }
    assertTrue(read > 10, "only " + read + " sources found");
    assertEquals(List.of(), breaches);
  }

  @ParameterizedTest
  @FieldSource("RULES")
  void shouldFlagTheExampleOfEachRule(final Rule rule) {
    assertFalse(rule.breaches(rule.examplePath, rule.example).isEmpty());
  }

  @ParameterizedTest
  @FieldSource("RULES")
  void shouldOverlookCommentsAndStrings(final Rule rule) {
    final String quoted = rule.example.replace("\n", " ");
    final String source =
        "/* "
            + rule.example
            + " */\n// "
            + quoted
            + "\nString s = \""
            + quoted
            + "\";\nString t = \"\"\"\n"
            + rule.example
            + "\"\"\";\nchar c = '\"';\n";
    assertEquals(List.of(), rule.breaches(rule.examplePath, source));
  }

  @Test
  void shouldNameTheLineAndResumeAfterLiterals() {
    final String source =
        "class A {\n  char quote = '\\'';\n  String s = \"\\\"//\"; /* \n */ int bad;\n}";
    assertEquals(
        List.of("m/A.java:4: r: bad"),
        rule("r", ANYWHERE).bans("\\bbad\\b").such("m/A.java", "bad").breaches("m/A.java", source));
  }

  @Test
  void shouldHonourExceptionsByFileNameOnly() {
    final Rule rule = rule("r", SHARD).except("AgentThread").bans("bad").such(ENGINE_FILE, "bad");
    assertEquals(
        List.of(),
        rule.breaches("engine/src/main/java/io/tally/engine/internal/AgentThread.java", "bad"));
    assertEquals(
        1, rule.breaches("engine/src/main/java/io/tally/engine/MyAgentThread.java", "bad").size());
    assertEquals(List.of(), rule.breaches(HTTP_FILE, "bad"));
  }

  @Test
  void shouldFindNoMainSourceThatIsTooLong() throws IOException {
    final List<String> tooLong = new ArrayList<>();
    for (final Path file : sources()) {
      tooLong.addAll(tooLong(relative(file), Files.readString(file)));
    }
    assertEquals(List.of(), tooLong);
  }

  @Test
  void shouldFlagAMainSourceWithALineTooMuch() {
    final String longest = "\n".repeat(MAX_LINES);
    assertEquals(List.of(), tooLong(ENGINE_FILE, longest));
    assertEquals(List.of(ENGINE_FILE + ": 351 lines"), tooLong(ENGINE_FILE, longest + "\n"));
    assertEquals(List.of(), tooLong(TEST_FILE, longest + "\n"));
  }

  private static List<String> tooLong(final String path, final String source) {
    final long lines = source.lines().count();
    return path.contains("/src/main/") && lines > MAX_LINES
        ? List.of(path + ": " + lines + " lines")
        : List.of();
  }

  private static List<String> modules() throws IOException {
    return Pattern.compile("<module>(.*?)</module>")
        .matcher(Files.readString(root().resolve("pom.xml")))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** The main sources of all modules of the product of which one file imports such a thing. */
  private static String modulesThatImport(final String prefix) {
    final Set<String> found = new TreeSet<>();
    try {
      for (final Path file : sources()) {
        final String path = relative(file);
        if (path.matches(PRODUCT) && Files.readString(file).contains("\nimport " + prefix)) {
          found.add(Pattern.quote(path.substring(0, path.indexOf("/src/main/"))));
        }
      }
    } catch (final IOException fault) {
      throw new UncheckedIOException(fault);
    }
    return "(" + String.join("|", found) + ")/src/main/.*";
  }

  private static Path root() {
    return Path.of("").toAbsolutePath().getParent();
  }

  private static String relative(final Path file) {
    return root().relativize(file).toString().replace('\\', '/');
  }

  private static List<Path> sources() throws IOException {
    final List<Path> files = new ArrayList<>();
    for (final String module : modules()) {
      final Path src = root().resolve(module).resolve("src");
      if (Files.isDirectory(src)) {
        try (Stream<Path> tree = Files.walk(src)) {
          tree.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
        }
      }
    }
    return files;
  }

  private static Draft rule(final String name, final String where) {
    return new Draft(name, Pattern.compile(where), Set.of());
  }

  private record Draft(String name, Pattern where, Set<String> exceptions) {
    Draft except(final String... classNames) {
      return new Draft(name, where, Set.of(classNames));
    }

    Banning bans(final String regex) {
      return new Banning(this, Pattern.compile(regex));
    }
  }

  private record Banning(Draft draft, Pattern banned) {
    Rule such(final String examplePath, final String example) {
      return new Rule(draft.name, draft.where, draft.exceptions, banned, examplePath, example);
    }
  }

  private record Rule(
      String name,
      Pattern where,
      Set<String> exceptions,
      Pattern banned,
      String examplePath,
      String example) {
    List<String> breaches(final String path, final String source) {
      final String fileName = path.substring(path.lastIndexOf('/') + 1);
      final List<String> breaches = new ArrayList<>();
      if (where.matcher(path).matches() && !exceptions.contains(fileName.replace(".java", ""))) {
        final String code = withoutCommentsAndLiterals(source);
        final Matcher matcher = banned.matcher(code);
        while (matcher.find()) {
          final int at =
              banned.pattern().contains("(?<at>") ? matcher.start("at") : matcher.start();
          final long line = 1 + code.substring(0, at).chars().filter(c -> c == '\n').count();
          final String found = code.substring(at, matcher.end()).strip();
          breaches.add(path + ":" + line + ": " + name + ": " + found);
        }
      }
      return breaches;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Comments and the contents of literals become nothing, line ends stay. */
  private static String withoutCommentsAndLiterals(final String source) {
    final Pattern token =
        Pattern.compile(
            "(?s)//[^\\n]*|/\\*.*?\\*/|\"\"\".*?(?<!\\\\)\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\""
                + "|'(?:\\\\.|[^'\\\\\\n])+'");
    return token
        .matcher(source)
        .replaceAll(
            found -> " " + "\n".repeat((int) found.group().chars().filter(c -> c == '\n').count()));
  }
}
