package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leases on three processes with NATS, which are stopped, killed and started again. */
@Timeout(300)
@Tag("default-jdk")
final class LeaseIT {
  private static final List<String> IDS = List.of("node-0", "node-1", "node-2");
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(90);
  private static final int SHARDS = 8;
  private static final String TTL = "{\"ttl_ms\":200}";

  /** Grants between two events. */
  private static final int GRANTS = 300;

  @TempDir private Path dataDir;
  private final NatsServer nats = NatsServer.start();
  private final TallyJar[] nodes = new TallyJar[IDS.size()];
  private final int[] ports = new int[IDS.size()];

  private void launch(final int node) {
    final String[] all = {
      "node",
      "--id=" + IDS.get(node),
      "--nodes=" + String.join(",", IDS),
      "--nats=" + nats.url(),
      "--shards=" + SHARDS,
      "--service=lease",
      "--data-dir=" + dataDir
    };
    nodes[node] = TallyJar.small().service(TallyJar.leases()).start(all);
  }

  private void awaitAllUp() {
    for (int node = 0; node < nodes.length; node++) {
      ports[node] = nodes[node].awaitReady().httpPort();
    }
    for (final TallyJar node : nodes) {
      node.awaitPeersUp(2);
    }
  }

  private int anyPort() {
    return ports[ThreadLocalRandom.current().nextInt(ports.length)];
  }

  @AfterEach
  void stop() {
    for (final TallyJar node : nodes) {
      if (node != null) {
        node.close();
      }
    }
    nats.close();
  }

  @Test
  void shouldHaveOneHolderAtATimeOverRestartsAndLosses() {
    IntStream.range(0, nodes.length).forEach(this::launch);
    awaitAllUp();
    final HttpResponse<String> early = acquire("leader");
    assertEquals(503, early.statusCode(), early.body());
    assertEquals(waitSeconds(early), early.headers().firstValue("Retry-After").orElse(""));
    assertTrue(early.body().contains("/problems/leases-unknown"), early.body());
    LeaseHolders.awaitOpen(this::anyPort);

    final List<String> leases = IntStream.range(0, 12).mapToObj(i -> "lease-" + i).toList();
    final LeaseHolders holders = new LeaseHolders(6, leases, this::anyPort);
    try (holders) {
      awaitGranted(holders, GRANTS);
      LoneNode.stop(nodes[1]);
      awaitGranted(holders, holders.granted() + GRANTS / 3);
      launch(1);
      awaitAllUp();
      assertEquals(List.of(), LeaseHolders.unknown(this::anyPort));
      awaitRefusedLong(holders, holders.refusedLong() + GRANTS / 3);
      awaitGranted(holders, holders.granted() + GRANTS);
      LoneNode.kill(nodes[2]);
      awaitGranted(holders, holders.granted() + GRANTS / 3);
      launch(2);
      awaitAllUp();
      assertNotEquals(List.of(), LeaseHolders.unknown(this::anyPort));
      LeaseHolders.awaitOpen(this::anyPort);
      awaitGranted(holders, holders.granted() + GRANTS);
    }
    System.out.println("leases over three processes: " + holders.picture());
    assertEquals(List.of(), holders.violations());
  }

  /** What is left of the time in which nothing is granted. */
  private static String waitSeconds(final HttpResponse<String> refused) {
    final Matcher wait = Pattern.compile("\"wait_ms\":(\\d+)").matcher(refused.body());
    assertTrue(wait.find(), refused.body());
    return Long.toString((Long.parseLong(wait.group(1)) + 999) / 1_000);
  }

  private HttpResponse<String> acquire(final String lease, final String... headers) {
    return Http.post(anyPort(), "/lease/" + lease + "/acquire", TTL, headers);
  }

  private void awaitGranted(final LeaseHolders holders, final int count) {
    Await.until(count + " grants", OPEN_LIMIT, () -> holders.granted() >= count, holders::picture);
  }

  private void awaitRefusedLong(final LeaseHolders holders, final int count) {
    Await.until(
        count + " found held for long",
        OPEN_LIMIT,
        () -> holders.refusedLong() >= count,
        holders::picture);
  }

  /** On one node alone, since all that is shown here is the way of a request. */
  @Test
  void shouldKeepAnswersUnderKeysAndRefuseWhatIsNoToken() {
    nodes[0] =
        TallyJar.small()
            .service(TallyJar.leases())
            .start("node", "--id=n", "--nodes=n", "--shards=1", "--service=lease");
    Arrays.fill(ports, nodes[0].awaitReady().httpPort());
    LeaseHolders.awaitOpen(this::anyPort);
    final HttpResponse<String> granted =
        Http.post(anyPort(), "/lease/a/acquire", "{\"ttl_ms\":30000}", "Idempotency-Key", "k");
    final String token = LeaseHolders.token(granted);
    assertNotEquals("", token, granted.body());
    final HttpResponse<String> again =
        Http.post(anyPort(), "/lease/a/acquire", "{\"ttl_ms\":30000}", "Idempotency-Key", "k");
    assertEquals(token, LeaseHolders.token(again));
    assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElse(""));
    assertEquals(409, acquire("a", "Idempotency-Key", "other").statusCode());
    assertEquals(428, Http.post(anyPort(), "/lease/a/release", "").statusCode());
    assertEquals(412, release("a", "\"1-1\"").statusCode());
    assertEquals(412, release("a", "\"none-of-ours\"").statusCode());
    assertEquals(400, Http.post(anyPort(), "/lease/a/acquire", "{}").statusCode());
    assertEquals(400, Http.post(anyPort(), "/lease/a/acquire", "{\"ttl_ms\":30001}").statusCode());
    assertEquals(200, release("a", "\"" + token + "\"").statusCode());
  }

  private HttpResponse<String> release(final String lease, final String tag) {
    return Http.post(anyPort(), "/lease/" + lease + "/release", "", "If-Match", tag);
  }
}
