package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("default-jdk")
@Timeout(120)
class DescriptorsIT {
  private static final int DESCRIPTORS = 100;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long ANOTHER_CLIENT_NS = 50_000_000;

  @Test
  void shouldSayOnceAMinuteThatNoDescriptorIsLeft() throws IOException {
    try (TallyJar jar =
        TallyJar.small().descriptors(DESCRIPTORS).start("node", "--id=a", "--nodes=a")) {
      jar.awaitReady();
      long counted = 0;
      for (int episode = 1; episode <= 3; episode++) {
        final List<Socket> clients = new ArrayList<>();
        try {
          takeAllDescriptors(jar, clients);
          jar.awaitSaid("Too many open files");
        } finally {
          CloseHelper.quietCloseAll(clients);
        }
        Await.until("it serves again", LIMIT, () -> isServed(jar), jar.child()::picture);
        final long failures = jar.metrics().value("tally_http_accept_failures_total");
        assertTrue(failures > counted, () -> failures + " after " + jar.child().picture());
        counted = failures;
      }
      assertEquals(
          1,
          jar.child().output().stream()
              .filter(line -> line.contains("Too many open files"))
              .count(),
          jar.child()::picture);
    }
  }

  @Test
  void shouldSayItOfTheMetricsPortToo() throws IOException {
    final List<Socket> clients = new ArrayList<>();
    try (TallyJar jar =
        TallyJar.small().descriptors(DESCRIPTORS).start("node", "--id=a", "--nodes=a")) {
      jar.awaitReady();
      try {
        for (int i = 0; i < DESCRIPTORS; i++) {
          clients.add(new Socket("127.0.0.1", jar.httpPort()));
        }
        Await.until(
            "the API has all that it takes",
            LIMIT,
            () ->
                jar.metrics().value("tally_http_connections_accepted_total")
                        + jar.metrics().value("tally_http_connections_refused_total")
                    == DESCRIPTORS,
            jar.child()::picture);
        final long before = jar.metrics().value("tally_http_accept_failures_total");
        for (int i = 0; i < DESCRIPTORS; i++) {
          clients.add(new Socket("127.0.0.1", jar.metricsPort()));
        }
        jar.awaitSaid("Too many open files");
        CloseHelper.quietCloseAll(clients);
        Await.until("it serves again", LIMIT, () -> isServed(jar), jar.child()::picture);
        assertTrue(jar.metrics().value("tally_http_accept_failures_total") > before);
      } finally {
        CloseHelper.quietCloseAll(clients);
      }
    }
  }

  @Test
  void shouldPlanNoMoreConnectionsThanThereAreDescriptors() {
    try (TallyJar jar =
            TallyJar.small().descriptors(DESCRIPTORS).start("node", "--id=a", "--nodes=a");
        TallyJar greedy =
            TallyJar.small()
                .descriptors(DESCRIPTORS)
                .start("node", "--id=a", "--nodes=a", "--max-connections=90")) {
      jar.awaitReady();
      assertEquals(Integer.toString(DESCRIPTORS / 2), jar.logged("limits", "max_connections"));
      assertEquals(DESCRIPTORS / 2, jar.metrics().value("tally_http_connections_limit"));
      assertEquals(1, greedy.child().awaitExit(LIMIT), greedy.child()::picture);
      assertEquals(1, greedy.child().errors().size(), greedy.child()::picture);
      final String message = greedy.child().errors().get(0);
      assertTrue(message.contains("file descriptors"), message);
      assertTrue(message.contains("--max-connections=90"), message);
    }
  }

  /** The queue is tried again and again, and what waits in it does not grow younger by that. */
  @Test
  void shouldRefuseWhatWaitedForADescriptorForTooLong() throws IOException {
    try (TallyJar jar =
        TallyJar.small()
            .descriptors(DESCRIPTORS)
            .start("node", "--id=a", "--nodes=a", "--request-timeout=1s")) {
      jar.awaitReady();
      final List<Socket> clients = new ArrayList<>();
      try {
        takeAllDescriptors(jar, clients);
        try (HttpConnection waiting = new HttpConnection(jar.httpPort(), LIMIT)) {
          waiting.send(HttpConnection.increment("late", 1, "k"));
          waiting.flush();
          jar.awaitSaid("Too many open files");
          final long startNs = System.nanoTime();
          Await.until("some attempts", LIMIT, () -> System.nanoTime() - startNs > 3_500_000_000L);
          CloseHelper.quietCloseAll(clients);
          final Answer answer = waiting.read();
          assertEquals(503, answer.status(), () -> answer + jar.child().picture());
          assertTrue(answer.isNotApplied(), answer::toString);
        }
      } finally {
        CloseHelper.quietCloseAll(clients);
      }
      Await.until("it serves again", LIMIT, () -> isServed(jar), jar.child()::picture);
      assertEquals(0, Http.read(jar.httpPort(), "late"));
    }
  }

  /** Each port has a limit of its own, and both together more than there are descriptors. */
  private static void takeAllDescriptors(final TallyJar jar, final List<Socket> clients)
      throws IOException {
    for (int i = 0; i < DESCRIPTORS; i++) {
      clients.add(new Socket("127.0.0.1", jar.metricsPort()));
    }
    for (int i = 0; i < DESCRIPTORS; i++) {
      clients.add(new Socket("127.0.0.1", jar.httpPort()));
    }
    Await.until(
        "no descriptor is left",
        LIMIT,
        () -> {
          if (openDescriptors(jar) >= DESCRIPTORS) {
            return true;
          }
          addClients(jar, clients);
          return false;
        },
        jar.child()::picture);
  }

  /**
   * A port that had paused finds clients of before first, and may refuse others until it has seen
   * that those are gone.
   */
  private static void addClients(final TallyJar jar, final List<Socket> clients)
      throws IOException {
    LockSupport.parkNanos(ANOTHER_CLIENT_NS);
    clients.add(new Socket("127.0.0.1", jar.metricsPort()));
    clients.add(new Socket("127.0.0.1", jar.httpPort()));
  }

  private static int openDescriptors(final TallyJar jar) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + jar.child().pid() + "/fd"))) {
      return (int) open.count();
    }
  }

  /** While descriptors come back, connections may still be refused. */
  private static boolean isServed(final TallyJar jar) {
    try {
      return Http.tryGet(jar.httpPort(), "/counter/a").statusCode() == 200;
    } catch (final IOException refused) {
      return false;
    }
  }
}
