package io.tally.system;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** All nodes are in one process, and one of them is reached by clients. */
@Tag("default-jdk")
class ContractInProcessIT extends CurledContract {
  private TallyJar demo;
  private Placement placement;

  @BeforeAll
  void start() {
    demo = TallyJar.small().start("--transport=inprocess").awaitReady();
    placement = Placement.of(demo.httpPort(), DemoContract.SHARDS);
  }

  @AfterAll
  void stop() {
    demo.close();
  }

  @Override
  Map<String, Integer> ports() {
    return Map.of("node-0", demo.httpPort());
  }

  @Override
  Placement placement() {
    return placement;
  }
}
