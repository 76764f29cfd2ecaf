package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.Ingress;
import io.tally.engine.ServiceProxy;
import io.tally.engine.WatchExecutor;
import io.tally.examples.lease.codecs.LeaseStateDecoder;
import io.tally.examples.lease.codecs.ReadEncoder;
import io.tally.http.Answer;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.RawClient;
import io.tally.launcher.HostedService;
import io.tally.launcher.TallyNode;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service whose reader of its own replies throws. */
@Timeout(60)
class BrokenReaderTest {
  private static final PathId ID =
      new PathId("id", "id", new ProblemType("invalid-id", "Invalid id", "It is 1 to 256 bytes."));

  private static List<Endpoint> rows(final Ingress ingress, final WatchExecutor watches) {
    return List.of(
        Endpoint.get("/broken/{id}", "nothing")
            .id(ID)
            .shows(LeaseStateDecoder::new, BrokenReaderTest::read, AnswerShape.json(ID, "ttl_ms"))
            .asks(new ServiceProxy(ingress), new ReadEncoder(), (ask, given) -> {})
            .watched(watches, ReadEncoder::new));
  }

  private static void read(final LeaseStateDecoder state, final Answer answer) {
    throw new IllegalStateException("a broken reader");
  }

  @Test
  void shouldEndTheStreamOfAWatcherWithAProblemAndSayWhy() throws Exception {
    final List<String> logged = new CopyOnWriteArrayList<>();
    final Handler log =
        new Handler() {
          @Override
          public void publish(final LogRecord line) {
            logged.add(String.valueOf(line.getThrown()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    final Logger logger = Logger.getLogger("io.tally");
    logger.addHandler(log);
    final HostedService broken =
        new HostedService(
            memory -> Leases.definition(LeaseShard.MAX_TTL_MS),
            BrokenReaderTest::rows,
            "Broken\n",
            "");
    try (TallyNode node = TallyNode.launch(LeaseNodes.alone(broken));
        RawClient watcher = new RawClient(URI.create(node.url()).getPort())) {
      watcher.send("GET /broken/a HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n");
      while (!watcher.line().isEmpty()) {
        // The head of the answer.
      }
      String line = watcher.textLine();
      while (!line.startsWith("data: ")) {
        line = watcher.textLine();
      }
      assertTrue(line.contains("\"type\":\"/problems/internal\""), line);
    } finally {
      logger.removeHandler(log);
    }
    assertTrue(
        logged.contains("java.lang.IllegalStateException: a broken reader"), logged::toString);
  }
}
