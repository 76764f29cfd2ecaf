package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EngineContextTest {
  private static final int LONGEST = 65_534;

  @Test
  void shouldRefuseAServiceWhoseMessagesDoNotFitTheLengthFieldOfThePayload() {
    assertEquals(
        "the longest command must be from 0 to 65534 bytes: 65535", refusal(LONGEST + 1, LONGEST));
    assertEquals(
        "the longest reply must be from 0 to 65534 bytes: 65535", refusal(LONGEST, LONGEST + 1));
    assertEquals("the longest reply must be from 0 to 65534 bytes: -1", refusal(LONGEST, -1));
    assertEquals("clock must be set", refusal(LONGEST, LONGEST));
  }

  @Test
  void shouldRefuseAWallClockFromWhichTheTimeOfAShardWouldSoonWrap() {
    final EngineContext context =
        new EngineContext().services(new Sized(LONGEST, LONGEST)).clock(() -> 0);
    for (final long epochNs : new long[] {Long.MIN_VALUE, 0, 1L << 62}) {
      final String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new ShardEngine(context.startEpochNs(epochNs)))
              .getMessage();
      assertEquals(
          "the wall clock must be between the years 1970 and 2116: " + epochNs + " ns", message);
    }
  }

  private static String refusal(final int maxCommandLength, final int maxReplyLength) {
    final EngineContext context =
        new EngineContext().services(new Sized(maxCommandLength, maxReplyLength));
    return assertThrows(IllegalArgumentException.class, () -> new ShardEngine(context))
        .getMessage();
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
