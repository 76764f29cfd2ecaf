package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.edge.internal.EventLoops;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Timeout(10)
class MemoryPlanTest {
  private static final List<String> THREE = List.of("a", "b", "c");

  @Command
  private static final class Holder {
    @Mixin private Settings settings;
  }

  /** What is printed for one node of three, or for all of them in one process. */
  private static Map<String, Long> plan(final List<String> localNodeIds, final String... options) {
    final Holder holder = new Holder();
    final CommandLine commandLine = new CommandLine(holder);
    Tally.registerConverters(commandLine);
    commandLine.parseArgs(options);
    final Object[] described =
        new MemoryPlan(holder.settings.config(THREE, localNodeIds, Turnstile.hosted())).describe();
    final Map<String, Long> plan = new HashMap<>();
    for (int i = 0; i < described.length; i += 2) {
      plan.put((String) described[i], ((Number) described[i + 1]).longValue());
    }
    return plan;
  }

  @Test
  void shouldCountLanesOfAllLoopsThatPeersMayHave() {
    final Map<String, Long> plan = plan(List.of("a"), "--transport=nats", "--loops=2");
    final long bytesPerLoop = plan.get("lane_bytes_per_ingress_node") / 2;
    assertEquals((2 + 2 * 64) * bytesPerLoop, plan.get("max_lane_bytes"));
    final Map<String, Long> fewer =
        plan(List.of("a"), "--transport=nats", "--loops=2", "--max-loops=4");
    assertEquals((2 + 2 * 4) * bytesPerLoop, fewer.get("max_lane_bytes"));
  }

  @Test
  void shouldCountLanesOfTheFrontEndAloneWhereNobodyElseIsHeard() {
    final Map<String, Long> plan = plan(THREE, "--transport=inprocess", "--loops=2");
    assertEquals(plan.get("lane_bytes_per_ingress_node"), plan.get("max_lane_bytes"));
  }

  @Test
  void shouldCountLanesOfAnIngressToAllShards() {
    final long one = plan(List.of("a"), "--loops=1").get("max_ingress_lane_bytes");
    assertTrue(one >= 64 * 4_096 / 8, () -> one + " bytes");
    final Map<String, Long> plan = plan(List.of("a"), "--loops=3", "--shards=128");
    assertEquals(6 * one, plan.get("max_ingress_lane_bytes"));
  }

  @Test
  void shouldCountTheBytesOfKeys() {
    final Map<String, Long> plan = plan(List.of("a"));
    final long bytes = plan.get("max_idempotency_key_bytes");
    final long eighth = Runtime.getRuntime().maxMemory() / 8;
    final long bytesPerKey = bytes / plan.get("max_idempotency_keys");
    assertTrue(bytesPerKey > 100, () -> bytesPerKey + " bytes a key");
    assertTrue(bytes <= eighth && bytes > eighth - bytesPerKey, () -> bytes + " of " + eighth);
  }

  @Test
  void shouldCountWhatConnectionsTakeBesideWhatTheirClientsDo() {
    final Map<String, Long> plan = plan(List.of("a"), "--loops=2", "--max-connections=1000");
    assertEquals(1_000 * 4_096, plan.get("max_connection_bytes"));
    assertEquals(EventLoops.pollBytes(2, 1_000), plan.get("event_loop_bytes"));
    final Map<String, Long> more = plan(List.of("a"), "--loops=2", "--max-connections=9000");
    assertEquals(8_000 * 16 * 2, more.get("event_loop_bytes") - plan.get("event_loop_bytes"));
  }
}
