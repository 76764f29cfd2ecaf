package io.tally.system;

import io.tally.engine.StableHash;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which node owns which counter, as {@code GET /cluster} says. */
public final class Placement {
  private static final Pattern NODE =
      Pattern.compile("\"node_id\":\"([^\"]+)\"[^\\[]*\"shards\":\\[([0-9,]*)]");

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final String[] nodeByShard;

  private Placement(final String[] nodeByShard) {
    this.nodeByShard = nodeByShard;
  }

  /** Asks a node. */
  public static Placement of(final int httpPort, final int shardCount) {
    final String[] nodes = new String[shardCount];
    final String cluster = cluster(httpPort);
    final Matcher matcher = NODE.matcher(cluster);
    while (matcher.find()) {
      for (final String shard : matcher.group(2).split(",")) {
        nodes[Integer.parseInt(shard)] = matcher.group(1);
      }
    }
    if (Arrays.stream(nodes).anyMatch(node -> node == null)) {
      throw new AssertionError("shards without a node: " + cluster);
    }
    return new Placement(nodes);
  }

  /** On a busy machine a process may stand still so long that it takes nothing that waited. */
  private static String cluster(final int httpPort) {
    final List<String> answers = new ArrayList<>();
    Await.until(
        "GET /cluster",
        LIMIT,
        () -> {
          final HttpResponse<String> answer = Http.get(httpPort, "/cluster");
          answers.add(answer.body());
          return answer.statusCode() != 503;
        },
        () -> answers);
    return answers.get(answers.size() - 1);
  }

  /** The node that owns a counter. */
  public String owner(final String counterId) {
    final byte[] id = counterId.getBytes(StandardCharsets.UTF_8);
    return nodeByShard[
        StableHash.shard(StableHash.placement(id, 0, id.length), nodeByShard.length)];
  }

  /** Some ids of counters that a node owns. */
  public List<String> countersOf(final String nodeId, final String prefix, final int count) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> prefix + i)
        .filter(id -> owner(id).equals(nodeId))
        .limit(count)
        .toList();
  }
}
