package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in a window of a browser. Used by one thread. */
final class BrowserWindow implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

  private final List<String> console = new ArrayList<>();
  private final DevTools tools;

  BrowserWindow(final String address, final String url) {
    tools = DevTools.connect(address, this::onEvent);
    tools.call("Runtime.enable", "");
    tools.call("Log.enable", "");
    tools.call("Page.enable", "");
    tools.call("Page.navigate", "\"url\":" + DevTools.quoted(url));
  }

  /** What an expression is, as text. */
  String evaluate(final String expression) {
    // Escaped, the text has neither quotes nor backslashes that would have to be parsed.
    final String escaped = "encodeURIComponent(String(" + expression + "))";
    final String answer =
        tools.call("Runtime.evaluate", "\"expression\":" + DevTools.quoted(escaped));
    final Matcher value = VALUE.matcher(answer);
    if (answer.contains("\"exceptionDetails\"") || !value.find()) {
      throw new AssertionError(expression + ": " + answer);
    }
    return URLDecoder.decode(value.group(1).replace("+", "%2B"), UTF_8);
  }

  /** Waits until a condition of the page holds. */
  void await(final String condition) {
    Await.until(
        condition,
        SOON,
        () -> evaluate("document.readyState === 'complete' && (" + condition + ")").equals("true"),
        () -> evaluate("document.body.innerText") + "\n" + console());
  }

  /** Lays the page out as on a screen of this width, for people who prefer this theme. */
  void resize(final int width, final String theme) {
    tools.call(
        "Emulation.setEmulatedMedia",
        "\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + theme + "\"}]");
    tools.call(
        "Emulation.setDeviceMetricsOverride",
        "\"width\":" + width + ",\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false");
    await("innerWidth === " + width);
  }

  /**
   * What the page or the browser has written to the console, but for answers above 399 and
   * connections that were lost: the browser writes those down by itself, whatever the page does.
   */
  List<String> console() {
    synchronized (console) {
      return List.copyOf(console);
    }
  }

  private void onEvent(final String event) {
    final boolean written =
        event.startsWith("{\"method\":\"Runtime.consoleAPICalled\"")
            || event.startsWith("{\"method\":\"Runtime.exceptionThrown\"")
            || event.startsWith("{\"method\":\"Log.entryAdded\"")
                && !event.contains("\"source\":\"network\"");
    if (written) {
      synchronized (console) {
        console.add(event);
      }
    }
  }

  @Override
  public void close() {
    tools.close();
  }
}
