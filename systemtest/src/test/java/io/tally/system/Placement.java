package io.tally.system;

import io.tally.engine.KeyHash;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which node owns which counter, as {@code GET /cluster} says. */
public final class Placement {
  private static final Pattern NODE =
      Pattern.compile("\"node_id\":\"([^\"]+)\"[^\\[]*\"shards\":\\[([0-9,]*)]");

  private final String[] nodeByShard;

  private Placement(final String[] nodeByShard) {
    this.nodeByShard = nodeByShard;
  }

  /** Asks a node. */
  public static Placement of(final int httpPort, final int shardCount) {
    final String[] nodes = new String[shardCount];
    final Matcher matcher = NODE.matcher(Http.get(httpPort, "/cluster").body());
    while (matcher.find()) {
      for (final String shard : matcher.group(2).split(",")) {
        nodes[Integer.parseInt(shard)] = matcher.group(1);
      }
    }
    if (Arrays.stream(nodes).anyMatch(node -> node == null)) {
      throw new AssertionError("shards without a node: " + Arrays.toString(nodes));
    }
    return new Placement(nodes);
  }

  /** The node that owns a counter. */
  public String owner(final String counterId) {
    return nodeByShard[KeyHash.shard(KeyHash.hash(counterId), nodeByShard.length)];
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
