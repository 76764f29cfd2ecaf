package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.EdgePort;
import io.tally.edge.internal.EventLoops;
import io.tally.edge.internal.TestLoops;
import io.tally.http.internal.HttpServer;
import io.tally.http.internal.NodeView;
import io.tally.http.internal.ProbeResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** A server with one loop in front of scripted counters. */
final class TestServer implements AutoCloseable {
  private static final String HELP =
      """
      Counters for tests

      Examples
        curl -X POST URL/counter/my-counter/increment

      Metrics
        http://localhost:2121/metrics
      """;

  final ScriptedCounters counters = new ScriptedCounters();
  final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
  final EventLoops loops;
  final HttpServer http;
  final EdgePort edge;
  volatile ProbeResult readiness = new ProbeResult(true, "{\"ready\":true}");

  TestServer() {
    this(context -> {}, false);
  }

  TestServer(final Consumer<ServerSettings> settings) {
    this(settings, false);
  }

  TestServer(final Consumer<ServerSettings> settings, final boolean nio) {
    this(settings, nio, SystemNanoClock.INSTANCE);
  }

  TestServer(final Consumer<ServerSettings> settings, final boolean nio, final NanoClock clock) {
    loops = nio ? TestLoops.nio(1, clock, errors::add) : EventLoops.launch(1, clock, errors::add);
    final ServerSettings wanted = new ServerSettings();
    settings.accept(wanted);
    final NodeView node =
        new NodeView(
            () -> readiness,
            () -> new ProbeResult(true, "{\"live\":true}"),
            wanted.cluster,
            wanted.serving,
            wanted.requestTimeoutNs);
    final List<Endpoint> rows = new ArrayList<>(counters.rows());
    rows.addAll(wanted.moreRows);
    http =
        EndpointServer.launch(
            loops, wanted.http(), node, loop -> rows, HELP, failure -> {}, wanted.epochClock);
    edge = http.edge();
  }

  RawClient connect() throws IOException {
    return new RawClient(edge.port());
  }

  /** Runs a task on the loop's thread, followed by a step. */
  void onLoop(final Runnable task) {
    loops.execute(
        0,
        () -> {
          task.run();
          loops.wakeup(0).wake();
        });
  }

  /** Returns when the loop has done what it was asked for before. */
  void awaitLoop() {
    final CountDownLatch done = new CountDownLatch(1);
    onLoop(done::countDown);
    Await.until("a turn of the loop", () -> done.getCount() == 0);
  }

  /** Lets time pass on the clock that the server was given, and the loop see it. */
  void pass(final CachedNanoClock clock, final long durationNs) {
    onLoop(() -> clock.advance(durationNs));
    awaitLoop();
  }

  /** Keeps the loop from everything while something else happens. */
  void standStill(final Happening meanwhile) throws IOException {
    final CountDownLatch standing = new CountDownLatch(1);
    final CountDownLatch over = new CountDownLatch(1);
    onLoop(
        () -> {
          standing.countDown();
          try {
            over.await();
          } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        });
    Await.until("standstill", () -> standing.getCount() == 0);
    try {
      meanwhile.happen();
    } finally {
      over.countDown();
    }
  }

  /** What happens while the loop stands still. */
  interface Happening {
    void happen() throws IOException;
  }

  void awaitHeld(final int count) {
    Await.until(count + " requests held", () -> counters.heldCount() == count);
  }

  @Override
  public void close() {
    http.close();
    loops.close();
    assertEquals(List.of(), errors);
    assertEquals(0, edge.counters().connectionsOpen());
  }
}
