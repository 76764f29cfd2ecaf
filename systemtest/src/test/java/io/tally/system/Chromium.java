package io.tally.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Chromium without a screen. Its windows end with it. */
final class Chromium implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Pattern LISTENING =
      Pattern.compile("DevTools listening on (ws://[0-9.:]+/devtools/)(\\S+)");
  private static final Pattern TARGET = Pattern.compile("\"targetId\":\"([^\"]+)\"");

  private final List<BrowserWindow> windows = new ArrayList<>();
  private final Child child;
  private final String address;
  private final DevTools tools;

  private Chromium(final Child child, final Matcher listening) {
    this.child = child;
    address = listening.group(1);
    tools = DevTools.connect(address + listening.group(2), event -> {});
  }

  /** Starts it with a profile of its own in this folder. */
  static Chromium start(final Path profile) {
    final List<String> command =
        List.of(
            Child.find("chromium"),
            "--headless=new",
            // A sandbox needs rights that a container does not give.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank");
    final Child child = Child.start(command, environment -> {});
    Await.until("DevTools listen", START_LIMIT, () -> listening(child) != null, child::picture);
    return new Chromium(child, listening(child));
  }

  /** Null as long as it does not listen. */
  private static Matcher listening(final Child child) {
    for (final String line : child.errors()) {
      final Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
    }
    return null;
  }

  /** Opens a page in a window of its own: a tab behind another one would be hidden, and rest. */
  BrowserWindow open(final String url) {
    final String made =
        tools.call("Target.createTarget", "\"url\":\"about:blank\",\"newWindow\":true");
    final Matcher target = TARGET.matcher(made);
    if (!target.find()) {
      throw new AssertionError(made);
    }
    final BrowserWindow window = new BrowserWindow(address + "page/" + target.group(1), url);
    windows.add(window);
    return window;
  }

  @Override
  public void close() {
    windows.forEach(BrowserWindow::close);
    tools.close();
    child.close();
  }
}
