package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DemoInProcessIT extends DemoContract {
  @Override
  TallyJar launch() {
    return TallyJar.with().jvm("-Xmx1g").start("--transport=inprocess");
  }

  @Test
  void shouldSayThatNodesTalkInProcess() {
    assertTrue(demo.child().said("transport=inprocess"), demo.child()::picture);
    assertTrue(Http.get(port, "/readyz").body().contains("\"transport\":\"inprocess\""));
  }
}
