package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Each node is a process of its own, and no request goes to the one that owns its counter. */
@Tag("default-jdk")
class ContractOverNatsIT extends CurledContract {
  private static final int SHARDS = 32;
  private static final String NODES = "node-0,node-1,node-2";

  private final NatsServer nats = NatsServer.start();
  private final Map<String, TallyJar> nodes = new TreeMap<>();
  private final Map<String, Integer> ports = new TreeMap<>();
  private Placement placement;

  @BeforeAll
  void start() {
    for (final String id : NODES.split(",")) {
      nodes.put(
          id,
          TallyJar.small()
              .start(
                  "node",
                  "--id=" + id,
                  "--nodes=" + NODES,
                  "--nats=" + nats.url(),
                  "--shards=" + SHARDS));
    }
    nodes.forEach(
        (id, node) -> {
          node.awaitReady().awaitPeersUp(nodes.size() - 1);
          ports.put(id, node.httpPort());
          incarnations.put(id, node.logged("starting node", "incarnation"));
        });
    placement = Placement.of(ports.get("node-0"), SHARDS);
  }

  @AfterAll
  void stop() {
    final long forwarded =
        nodes.values().stream()
            .mapToLong(node -> node.metrics().sum("tally_link_commands_sent_total"))
            .sum();
    nodes.values().forEach(TallyJar::close);
    nats.close();
    assertTrue(forwarded > sections().size(), "requests that went from node to node: " + forwarded);
  }

  @Override
  Map<String, Integer> ports() {
    return ports;
  }

  @Override
  Placement placement() {
    return placement;
  }
}
