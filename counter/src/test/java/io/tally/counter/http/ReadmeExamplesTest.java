package io.tally.counter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.CountingLeakDetector;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the examples of the operations in the README: each curl is answered with what stands behind
 * it as a comment, a body or a status.
 */
@Timeout(60)
class ReadmeExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("([^\\n]+)\\n\\n```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
  private static final Pattern TOKEN = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final String SERVER = "localhost:8181";

  /** One use, as a few commands. */
  record Example(String use, List<String> commands) {
    @Override
    public String toString() {
      return use;
    }
  }

  private String tag = "";

  @AfterAll
  static void leaksNothing() {
    CountingLeakDetector.assertNoLeak();
  }

  static List<Example> examples() throws IOException {
    final String readme = Files.readString(Path.of("..", "README.md"));
    final int start = readme.indexOf("\n### Operations\n");
    final Matcher matcher =
        EXAMPLE.matcher(readme.substring(start, readme.indexOf("\n### ", start + 1)));
    final List<Example> examples = new ArrayList<>();
    while (matcher.find()) {
      examples.add(new Example(matcher.group(1), List.of(matcher.group(2).split("\n"))));
    }
    return examples;
  }

  @Test
  void shouldShowEachUseInTenLinesAtMost() throws IOException {
    assertEquals(5, examples().size());
    for (final Example example : examples()) {
      assertTrue(example.commands().size() <= 10, example.use());
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldAnswerAsTheReadmeSays(final Example example) throws IOException {
    final CachedNanoClock clock = new CachedNanoClock();
    clock.update(1);
    try (CounterServer server = new CounterServer(1, true, clock, context -> {});
        RawClient client = server.connect()) {
      for (final String command : example.commands()) {
        run(client, command);
      }
    }
  }

  private void run(final RawClient client, final String command) throws IOException {
    if (command.startsWith("tag=$(curl -sI ")) {
      final String target = command.substring(command.indexOf(SERVER)).split(" ")[0];
      client.send(RawClient.request("HEAD", target.substring(SERVER.length()), "", ""));
      tag = client.read(true).header("ETag");
      return;
    }
    final String[] parts = command.split(" +# ", 2);
    final Response response = client.exchange(request(parts[0]));
    if (STATUS.matcher(parts[1]).matches() && !parts[0].contains("text/plain")) {
      assertEquals(Integer.parseInt(parts[1]), response.status(), command);
    } else {
      assertEquals(parts[1] + "\n", response.body(), command);
    }
  }

  /** What curl sends, by the few of its options that the examples need. */
  private String request(final String curl) {
    final List<String> words = new ArrayList<>();
    final Matcher matcher = TOKEN.matcher(curl);
    while (matcher.find()) {
      final String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add((quoted == null ? matcher.group(3) : quoted).replace("$tag", tag));
    }
    assertEquals("curl", words.get(0), curl);
    String method = "GET";
    String target = "";
    String headers = "";
    String body = "";
    for (int i = 1; i < words.size(); i++) {
      switch (words.get(i)) {
        case "-X" -> method = words.get(++i);
        case "-H" -> headers += words.get(++i) + "\r\n";
        case "-d" -> body = words.get(++i);
        default -> {
          assertTrue(words.get(i).startsWith(SERVER + "/"), curl);
          target = words.get(i).substring(SERVER.length());
        }
      }
    }
    return RawClient.request(method, target, headers, body);
  }
}
