package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("default-jdk")
class DemoOverNatsIT extends DemoContract {
  private NatsServer nats;

  @Override
  TallyJar launch() {
    nats = NatsServer.start();
    return TallyJar.with().jvm("-Xmx1g").start("--nats=" + nats.url());
  }

  @AfterAll
  void stopNats() {
    nats.close();
  }

  @Test
  void shouldSayWhichServerItUses() {
    assertEquals(nats.url(), demo.logged("nodes talk over NATS", "url"));
    assertTrue(Http.get(port, "/readyz").body().contains("\"transport\":\"nats\""));
  }

  @Test
  void shouldSendEveryCommandOfAnotherNodeAcrossTheServerOnceAndInBatches() throws IOException {
    final List<String> ids = IntStream.range(0, 500).mapToObj(i -> "cross-" + i).toList();
    final Placement placement = Placement.of(port, SHARDS);
    final long remote = ids.stream().filter(id -> !placement.owner(id).equals("node-0")).count();
    // Warm: what follows must not be slow enough for a second copy.
    new ClosedLoop(port, ids).run(4, 16, 16, 16, 16);
    final Metrics before = settled();
    final ClosedLoop load =
        new ClosedLoop(port, IntStream.range(0, 500).mapToObj(i -> "cross-" + i).toList());
    load.run(5, 16, 16, 16, 16);
    final Metrics after = settled();
    assertEquals(10_000, load.answers(200), load::statuses);

    final long retries = delta(before, after, "tally_lane_retries_total");
    assertEquals(20 * remote + retries, delta(before, after, "tally_link_commands_sent_total"));
    assertEquals(20 * remote + retries, delta(before, after, "tally_link_commands_received_total"));
    assertEquals(20 * remote + retries, delta(before, after, "tally_link_replies_sent_total"));
    final long frames = delta(before, after, "tally_frame_commands_count");
    assertTrue(
        frames < 2 * 20 * remote / 2,
        () -> frames + " frames for " + 2 * 20 * remote + " commands and replies");
  }

  @Test
  void shouldAgreeWithTheServerOnTheNumberOfMessages() {
    for (int i = 0; i < 200; i++) {
      Http.increment(port, "agree-" + i);
    }
    // Hellos go on all the time, so the server's numbers lie between two of ours. Ours may count a
    // message a moment before or after the server does.
    final Metrics before = demo.metrics();
    final long in = nats.varz("in_msgs");
    final long out = nats.varz("out_msgs");
    final Metrics after = demo.metrics();
    assertBetween(before, in, after, "tally_nats_frames_published_total");
    assertBetween(before, out, after, "tally_nats_frames_received_total");
    assertEquals(0, after.value("tally_nats_publish_failures_total"));
  }

  /** A sender counts a frame once it is published: the answers may be here before. */
  private Metrics settled() throws IOException {
    Metrics metrics = demo.metrics();
    while (isUnderWay(metrics, "commands") || isUnderWay(metrics, "replies")) {
      metrics = demo.metrics();
    }
    return metrics;
  }

  private static boolean isUnderWay(final Metrics metrics, final String what) {
    return metrics.sum("tally_link_" + what + "_sent_total")
        != metrics.sum("tally_link_" + what + "_received_total");
  }

  private static void assertBetween(
      final Metrics before, final long value, final Metrics after, final String metric) {
    final int slack = 16;
    assertTrue(
        before.value(metric) - slack <= value && value <= after.value(metric) + slack,
        () -> before.value(metric) + " <= " + value + " <= " + after.value(metric));
  }

  private static long delta(final Metrics before, final Metrics after, final String metric) {
    return after.sum(metric) - before.sum(metric);
  }
}
