package io.tally.rig;

import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads and lists counters when all load has ended, through each node in turn. */
final class LastValues implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final int PAGE = 100;

  private final List<HttpConnection> connections = new ArrayList<>();
  private int next;

  LastValues(final RigCluster cluster) throws IOException {
    try {
      for (int node = 0; node < cluster.nodeCount(); node++) {
        connections.add(new HttpConnection(cluster.httpPort(node), Duration.ofSeconds(5)));
      }
    } catch (final IOException failed) {
      close();
      throw failed;
    }
  }

  Answer of(final String counter) throws IOException {
    return call(new Read(counter));
  }

  /** All counters whose ids begin so, each page of another node. */
  List<Listed> list(final String prefix) throws IOException {
    final List<Listed> all = new ArrayList<>();
    for (Page page = new Page(prefix, PAGE, ""); page != null; ) {
      final Answer answer = call(page);
      all.addAll(Listed.of(answer));
      page = page.next(answer);
    }
    return all;
  }

  /** Asks again where a busy machine let the deadline pass: how fast it is, is judged elsewhere. */
  private Answer call(final Call call) throws IOException {
    final HttpConnection connection = connections.get(next++ % connections.size());
    final byte[] request = call.encode("");
    Answer last = connection.call(request);
    for (int i = 0; i < ATTEMPTS && last.status() != 200; i++) {
      last = connection.call(request);
    }
    if (last.status() != 200) {
      throw new AssertionError("there is no last answer to " + call + ": " + last);
    }
    return last;
  }

  @Override
  public void close() throws IOException {
    for (final HttpConnection connection : connections) {
      connection.close();
    }
  }
}
