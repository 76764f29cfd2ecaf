package io.tally.rig;

import io.tally.system.Answer;
import io.tally.system.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads counters when all load has ended, through each node in turn. */
final class LastValues implements AutoCloseable {
  private static final int READ_ATTEMPTS = 5;

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

  /** Asks again where a busy machine let the deadline pass: how fast it is, is judged elsewhere. */
  Answer of(final String counter) throws IOException {
    final HttpConnection connection = connections.get(next++ % connections.size());
    Answer last = connection.call(HttpConnection.get(counter));
    for (int i = 0; i < READ_ATTEMPTS && last.status() != 200; i++) {
      last = connection.call(HttpConnection.get(counter));
    }
    if (last.status() != 200) {
      throw new AssertionError("the last value of " + counter + " cannot be read: " + last);
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
