package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.ClusterSettings;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class EngineContextTest {
  private static final int LONGEST = 65_534;

  @Test
  void shouldRefuseAServiceWhoseMessagesDoNotFitTheLengthFieldOfThePayload() {
    assertEquals(
        "the longest command must be from 0 to 65534 bytes: 65535", refusal(LONGEST + 1, LONGEST));
    assertEquals(
        "the longest reply must be from 0 to 65534 bytes: 65535", refusal(LONGEST, LONGEST + 1));
    assertEquals("the longest reply must be from 0 to 65534 bytes: -1", refusal(LONGEST, -1));
    new ServiceCatalog(List.of(new Sized(LONGEST, LONGEST)));
  }

  @Test
  void shouldRefuseAWallClockFromWhichTheTimeOfAShardWouldSoonWrap() {
    for (final long epochNs : new long[] {Long.MIN_VALUE, 0, 1L << 62}) {
      assertRefused(
          "the wall clock must be between the years 1970 and 2116: " + epochNs + " ns",
          () -> EngineSources.at(() -> 7, epochNs, () -> 0));
    }
    EngineSources.at(() -> -7, (1L << 62) - 1, () -> 0);
  }

  @Test
  void shouldRefuseSourcesThatAreMissing() {
    assertRefused("clock must be set", () -> new EngineSources(null, 1, () -> 0));
    assertRefused("random must be set", () -> new EngineSources(() -> 0, 1, null));
  }

  @Test
  void shouldRefuseANodeThatIsNoneOfItsCluster() {
    final ClusterSettings cluster = ClusterSettings.of(List.of("a", "b"));
    assertRefused("node c is not in the node list [a, b]", () -> OwnNode.of(cluster, "c", 1));
    assertRefused("an incarnation must be positive: 0", () -> OwnNode.of(cluster, "a", 0));
  }

  @Test
  void shouldRefuseMoreIngressLoopsThanTheClusterAllows() {
    final ContextBuilder builder =
        new ContextBuilder()
            .services(StockService.definition())
            .cluster(ClusterSettings.of(List.of("node-0")).withMaxLoops(2));
    builder.build(() -> 7, threads(2));
    assertRefused("at most 2 ingress loops", () -> builder.build(() -> 7, threads(3)));
  }

  private static EngineThreads threads(final int loops) {
    return EngineThreads.ofLoops(
        Collections.nCopies(loops, (Wakeup) () -> {}).toArray(Wakeup[]::new));
  }

  private static String refusal(final int maxCommandLength, final int maxReplyLength) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> new ServiceCatalog(List.of(new Sized(maxCommandLength, maxReplyLength))))
        .getMessage();
  }

  private static void assertRefused(final String message, final Executable made) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, made).getMessage());
  }

  private record Sized(int maxCommandLength, int maxReplyLength) implements ServiceDefinition {
    @Override
    public String name() {
      return "sized";
    }

    @Override
    public int schemaId() {
      return 1;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(new MessageType(1, "Sized", true, 0, maxReplyLength));
    }

    @Override
    public ShardService create(final int shardId) {
      throw new UnsupportedOperationException();
    }
  }
}
