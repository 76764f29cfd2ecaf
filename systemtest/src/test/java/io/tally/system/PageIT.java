package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, in two windows, of a cluster of three processes. */
@Tag("default-jdk")
@Timeout(300)
class PageIT {
  private static final List<String> IDS = List.of("node-0", "node-1", "node-2");
  private static final int SHARDS = 32;

  @TempDir private Path profile;
  private final NatsServer nats = NatsServer.start();
  private final List<TallyJar> nodes = new ArrayList<>();

  /** Of the first node, also after its restart. */
  private final int port = NatsServer.freePort();

  private Chromium browser;

  private TallyJar launch(final int node, final int httpPort) {
    return TallyJar.small()
        .patient()
        .run(
            "node",
            "--id=" + IDS.get(node),
            "--nodes=" + String.join(",", IDS),
            "--nats=" + nats.url(),
            "--shards=" + SHARDS,
            "--http-port=" + httpPort,
            "--metrics-port=0");
  }

  @BeforeEach
  void start() {
    for (int i = 0; i < IDS.size(); i++) {
      nodes.add(launch(i, i == 0 ? port : 0));
    }
    for (final TallyJar node : nodes) {
      node.awaitReady();
      node.awaitPeersUp(IDS.size() - 1);
    }
    browser = Chromium.start(profile);
  }

  @AfterEach
  void stop() {
    if (browser != null) {
      browser.close();
    }
    nodes.forEach(TallyJar::close);
    nats.close();
  }

  private BrowserWindow open(final String counterId) {
    final BrowserWindow window = browser.open("http://127.0.0.1:" + port + "/#" + counterId);
    window.await(text("link") + " === 'live'");
    window.await(value("0"));
    return window;
  }

  private String counterOf(final String node) {
    return Placement.of(port, SHARDS).countersOf(node, "page-", 1).get(0);
  }

  private static String text(final String id) {
    return "document.getElementById('" + id + "').textContent";
  }

  private static String value(final String shown) {
    return text("value") + " === '" + shown + "'";
  }

  private static String state(final String node) {
    return "document.querySelector('.node[aria-label^=\"" + node + ",\"]').dataset.state";
  }

  private static void click(final BrowserWindow window, final String id) {
    window.evaluate("document.getElementById('" + id + "').click()");
  }

  @Test
  void shouldShowWhatOthersCountAndANodeThatEndsAndComesBack() {
    final String id = counterOf("node-1");
    final BrowserWindow first = open(id);
    final BrowserWindow second = open(id);
    first.await(text("owner") + ".endsWith(' on node-1')");
    first.await(text("note") + ".startsWith('watched')");
    click(first, "plus");
    first.await(value("1"));
    second.await(value("1"));
    first.await(text("rate") + " !== '\u2013'");
    click(second, "plus");
    first.await(value("2"));
    second.await(value("2"));
    assertEquals(2, Http.read(port, id));

    nodes.get(2).child().signal("KILL");
    first.await(state("node-2") + " === 'down'");
    second.await(state("node-2") + " === 'down'");
    nodes.add(launch(2, 0));
    first.await(state("node-2") + " === 'restarted'");
    click(first, "plus");
    second.await(value("3"));

    nodes.get(0).child().signal("KILL");
    first.await(text("link") + " === 'reconnecting'");
    nodes.add(launch(0, port));
    first.await(text("link") + " === 'live'");
    first.await(value("3"));
    click(first, "plus");
    first.await(value("4"));
    second.await(value("4"));
    assertEquals(List.of(), first.console());
    assertEquals(List.of(), second.console());
  }

  @Test
  void shouldFitAPhoneAndBothThemes() {
    final BrowserWindow window = open(counterOf("node-0"));
    final List<String> colours = new ArrayList<>();
    for (final String theme : List.of("light", "dark")) {
      for (final int width : new int[] {390, 820, 1440}) {
        window.resize(width, theme);
        final String over = window.evaluate("document.documentElement.scrollWidth - innerWidth");
        assertTrue(Integer.parseInt(over) <= 0, theme + " " + width + ": " + over);
      }
      colours.add(window.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assertNotEquals(colours.get(0), colours.get(1));
    assertEquals(List.of(), window.console());
  }

  @Test
  void shouldShowAProblemAsWhatItIs() {
    final BrowserWindow window = open(counterOf("node-1"));
    window.evaluate("document.querySelector('[name=amount]').value = '9223372036854775807'");
    click(window, "go");
    window.await(value("9,223,372,036,854,775,807"));
    click(window, "plus");
    window.await(text("answer") + ".includes('not applied')");
    assertTrue(window.evaluate(text("answer")).contains("409"));
    assertEquals(List.of(), window.console());
  }
}
