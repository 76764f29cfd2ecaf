package io.tally.counter.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.CounterProxy;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page must not have in it: its policy would break it in the browser, and only there. */
class BrowserPageTest {
  private static final int MAX_BYTES = 60 * 1024;

  private static String html() throws IOException {
    try (InputStream in = BrowserPageTest.class.getResourceAsStream("page.html")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static String markup() throws IOException {
    return html().replaceAll("(?s)<(style|script)>.*?</\\1>", "");
  }

  private static List<String> find(final String regex, final String text) {
    return Pattern.compile(regex).matcher(text).results().map(MatchResult::group).toList();
  }

  @Test
  void shouldBeADocumentOfLessThanSixtyKilobytes() throws IOException {
    assertNotNull(BrowserPage.read());
    final int length = html().getBytes(UTF_8).length;
    assertTrue(length < MAX_BYTES, "bytes: " + length);
  }

  @Test
  void shouldKnowHowLongAnIdMayBe() throws IOException {
    final int longest = CounterProxy.MAX_ID_LENGTH;
    final String html = html();
    assertEquals(List.of("maxlength=\"" + longest), find("maxlength=\"\\d+", html));
    assertEquals(List.of("bytes(id) > " + longest), find("bytes\\(id\\) > \\d+", html));
    assertEquals(List.of("1 to " + longest + " bytes"), find("1 to \\d+ bytes", html));
  }

  @Test
  void shouldHaveNoHandlersOrStylesInItsMarkup() throws IOException {
    assertEquals(List.of(), find("(?i)\\s(on\\w+|style)\\s*=", markup()));
  }

  @Test
  void shouldLoadNothingFromElsewhere() throws IOException {
    final List<String> links =
        find("(?i)\\b(href|src|action)\\s*=\\s*\"(?!#|/[a-z]|data:)", markup());
    assertEquals(List.of(), links);
    assertEquals(List.of(), find("(?i)@import|url\\(", html()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "setAttribute('style'",
        "console."
      })
  void shouldMakeNoMarkupOrCodeOfText(final String sink) throws IOException {
    assertTrue(!html().contains(sink), sink);
  }

  @Test
  void shouldFindEachElementThatItsScriptNames() throws IOException {
    final String html = html();
    final List<String> named = find("(?<=\\$\\(')[\\w-]+(?='\\))", html);
    assertTrue(named.size() > 20, "named: " + named);
    for (final String id : named) {
      assertEquals(1, find("\\bid=\"" + id + "\"", html).size(), id);
    }
  }
}
