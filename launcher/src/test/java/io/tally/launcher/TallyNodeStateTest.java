package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.store.StartMode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that keep their state on disk. */
@Timeout(60)
class TallyNodeStateTest {
  private static final int COUNTERS_USED = 50;

  @TempDir private Path dataDir;

  private NodeConfig alone() {
    return TestNodes.alone().withState(StateSettings.in(dataDir));
  }

  private NodeConfig three() {
    return TestNodes.three().withState(StateSettings.in(dataDir));
  }

  /** Returns the incarnation of the first counter's shard. */
  private String incrementAll(final TallyNode node, final long expected) throws Exception {
    String incarnation = null;
    for (int i = 0; i < COUNTERS_USED; i++) {
      final HttpResponse<String> response =
          TestNodes.send("POST", node.url() + "/counter/" + i + "/increment");
      assertEquals("{\"counter_id\":\"" + i + "\",\"value\":" + expected + "}\n", response.body());
      if (i == 0) {
        incarnation = response.headers().firstValue("Tally-Incarnation").orElseThrow();
      }
    }
    return incarnation;
  }

  @Test
  void shouldGoOnWhereItStopped() throws Exception {
    String incarnation = null;
    for (int start = 1; start <= 3; start++) {
      final TallyNode node = TallyNode.launch(three());
      try {
        final String own = incrementAll(node, start);
        assertEquals(incarnation == null ? own : incarnation, own);
        incarnation = own;
        assertThrows(
            StartException.class, () -> TallyNode.launch(three()), "the folder belongs to one");
        final String ready = TestNodes.send("GET", node.url() + "/readyz").body();
        assertTrue(ready.contains("\"durability\":\"planned_stop\""), ready);
      } finally {
        node.close();
      }
      assertEquals("", node.fault());
    }
  }

  @Test
  void shouldSayThatItsStateCannotBeSaved() throws Exception {
    final TallyNode node =
        TallyNode.launch(
            alone()
                .withState(
                    new StateSettings(
                        dataDir, StartMode.NORMAL, Duration.ofNanos(1), Duration.ZERO)));
    TestNodes.send("POST", node.url() + "/counter/c/increment");
    node.close();
    assertTrue(node.fault().startsWith("the state was not saved"), node.fault());
  }

  @Test
  void shouldSaveTheOtherNodesWhereOneCannotBeSaved() throws Exception {
    final TallyNode node = TallyNode.launch(three());
    incrementAll(node, 1);
    block("a", "manifest-1");
    node.close();
    assertTrue(node.fault().startsWith("the state was not saved"), node.fault());
    assertFalse(Files.exists(dataDir.resolve("a/manifest-1")));
    assertTrue(Files.exists(dataDir.resolve("b/manifest-1")));
    assertTrue(Files.exists(dataDir.resolve("c/manifest-1")));
  }

  @Test
  void shouldMarkTheStateOfAllNodesOrOfNone() throws Exception {
    final String incarnation;
    try (TallyNode node = TallyNode.launch(three())) {
      incarnation = incrementAll(node, 1);
    }
    final Path obstacle = block("c", "used-1");
    assertThrows(StartException.class, () -> TallyNode.launch(three()));
    assertFalse(Files.exists(dataDir.resolve("a/used-1")));
    Files.delete(obstacle.resolve("full"));
    Files.delete(obstacle);
    try (TallyNode node = TallyNode.launch(three())) {
      assertEquals(incarnation, incrementAll(node, 2));
    }
  }

  @Test
  void shouldTakeItsMarkBackWhenItIsToldToStopWhileTheDiskIsSlow() throws Exception {
    final String incarnation;
    try (TallyNode node = TallyNode.launch(alone())) {
      incarnation = incrementAll(node, 1);
    }
    final Path mark = dataDir.resolve("node-0/used-1");
    final CountDownLatch stop =
        new CountDownLatch(1) {
          private boolean seen;

          @Override
          public long getCount() {
            seen |= Files.exists(mark);
            return seen ? 0 : 1;
          }
        };
    final TallyNode stopped = TallyNode.launch(alone(), stop);
    assertEquals(503, TestNodes.send("GET", stopped.url() + "/readyz").statusCode());
    stopped.close();
    assertEquals("", stopped.fault());
    assertEquals(0, stop.getCount(), "it was marked");
    assertFalse(Files.exists(mark));
    assertFalse(Files.exists(dataDir.resolve("node-0/manifest-2")), "nothing was served");
    try (TallyNode node = TallyNode.launch(alone())) {
      assertEquals(incarnation, incrementAll(node, 2));
    }
  }

  /** Where the file would be written first there is a folder that is not empty. */
  private Path block(final String nodeId, final String file) throws IOException {
    final Path obstacle = dataDir.resolve(nodeId).resolve(file + ".tmp");
    Files.createDirectories(obstacle.resolve("full"));
    return obstacle;
  }
}
