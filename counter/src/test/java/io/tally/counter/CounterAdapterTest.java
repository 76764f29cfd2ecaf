package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.GetValueDecoder;
import io.tally.counter.codecs.GetValueEncoder;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.StableHash;
import io.tally.engine.internal.CheckedService;
import io.tally.engine.internal.MessageLengths;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CounterAdapterTest {
  private static final int COMMAND_OFFSET = 5;
  private static final int REPLY_OFFSET = 7;
  private static final int MAX_REPLY_LENGTH =
      MessageLengths.of(List.of(new CounterDefinition(new CounterLimit(0)))).maxReply();
  private static final int INVALID = -1;
  private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
  private static final int INCREMENT = IncrementDecoder.TEMPLATE_ID;
  private static final int GET_VALUE = GetValueDecoder.TEMPLATE_ID;

  private final CounterDefinition definition = new CounterDefinition(new CounterLimit(3));
  private final CheckedService service = new CheckedService(definition);
  private final UnsafeBuffer command = new UnsafeBuffer(new byte[1024]);
  private final UnsafeBuffer reply = new UnsafeBuffer(new byte[REPLY_OFFSET + MAX_REPLY_LENGTH]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final CounterReplyAdapter answer = new CounterReplyAdapter();
  private ServiceReply outcome;

  @Test
  void shouldIncrementAndRead() {
    assertAnswer(increment("a", 1), 1, CounterStatus.OK);
    assertAnswer(increment("a", 41), 42, CounterStatus.OK);
    assertAnswer(increment("b", -7), -7, CounterStatus.OK);
    assertAnswer(increment("a", 0), 42, CounterStatus.OK);

    assertAnswer(getValue("a"), 42, CounterStatus.OK);
    assertAnswer(getValue("b"), -7, CounterStatus.OK);
    assertEquals(2, service.entityCount());
  }

  @Test
  void shouldGiveThePlacesOfItsCountersBackWhenItsLifeEnds() {
    final CheckedService ended = new CheckedService(definition);
    for (final String id : List.of("a", "b", "c")) {
      apply(ended, encodeIncrement(id, 1), StableHash.hash(id));
    }
    assertEquals(3, ended.entityCount());
    assertAnswer(increment("a", 1), 0, CounterStatus.MEMORY_LIMIT);
    ended.close();
    for (final String id : List.of("a", "b", "c")) {
      assertAnswer(increment(id, 1), 1, CounterStatus.OK);
    }
    assertAnswer(increment("d", 1), 0, CounterStatus.MEMORY_LIMIT);
  }

  @Test
  void shouldReadUnknownCountersAsZeroAndCreateNothing() {
    for (int i = 0; i < 100; i++) {
      assertAnswer(getValue("unknown-" + i), 0, CounterStatus.OK);
    }
    assertEquals(0, service.entityCount());
  }

  @Test
  void shouldCreateACounterWhenZeroIsAdded() {
    assertAnswer(increment("a", 0), 0, CounterStatus.OK);
    assertEquals(1, service.entityCount());
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 1",
    "9223372036854775807, 9223372036854775807",
    "1, 9223372036854775807",
    "-9223372036854775808, -1",
    "-9223372036854775808, -9223372036854775808",
    "-1, -9223372036854775808",
  })
  void shouldRefuseToOverflowAndKeepTheValue(final long value, final long amount) {
    assertAnswer(increment("a", value), value, CounterStatus.OK);
    assertAnswer(increment("a", amount), value, CounterStatus.OVERFLOW);
    assertAnswer(getValue("a"), value, CounterStatus.OK);
    assertAnswer(
        increment("a", value > 0 ? -1 : 1), value > 0 ? value - 1 : value + 1, CounterStatus.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775806, 1, 9223372036854775807",
    "-9223372036854775807, -1, -9223372036854775808",
    "9223372036854775807, -9223372036854775808, -1",
    "-9223372036854775808, 9223372036854775807, -1",
  })
  void shouldReachTheEndsOfTheRange(final long value, final long amount, final long sum) {
    increment("a", value);
    assertAnswer(increment("a", amount), sum, CounterStatus.OK);
  }

  @Test
  void shouldAgreeWithAnOracleOfUnboundedIntegers() {
    final long seed = 19770505;
    System.out.println("counter adapter against an oracle: seed " + seed);
    final Random random = new Random(seed);
    final Map<String, BigInteger> oracle = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      final String id = List.of("a", "b", "c").get(random.nextInt(3));
      final long amount = random.nextLong() >> random.nextInt(64);
      final BigInteger value = oracle.getOrDefault(id, BigInteger.ZERO);
      final BigInteger sum = value.add(BigInteger.valueOf(amount));
      if (sum.bitLength() < Long.SIZE) {
        oracle.put(id, sum);
        assertAnswer(increment(id, amount), sum.longValueExact(), CounterStatus.OK);
      } else {
        assertAnswer(increment(id, amount), value.longValueExact(), CounterStatus.OVERFLOW);
      }
    }
    oracle.forEach((id, value) -> assertAnswer(getValue(id), value.longValue(), CounterStatus.OK));
  }

  @Test
  void shouldRefuseNewCountersBeyondTheLimit() {
    final CheckedService other = new CheckedService(definition);
    increment("a", 1);
    increment("b", 2);
    assertAnswer(apply(other, encodeIncrement("a", 3), StableHash.hash("a")), 3, CounterStatus.OK);

    assertAnswer(increment("c", 9), 0, CounterStatus.MEMORY_LIMIT);
    assertAnswer(getValue("c"), 0, CounterStatus.OK);
    assertAnswer(increment("a", 1), 2, CounterStatus.OK);
    assertEquals(2, service.entityCount());
    assertEquals(1, other.entityCount());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 255, 256})
  void shouldTakeIdsOfAllowedLength(final int idLength) {
    final String id = "i".repeat(idLength);
    assertAnswer(increment(id, 5), 5, CounterStatus.OK);
    assertAnswer(getValue(id), 5, CounterStatus.OK);
  }

  @Test
  void shouldRefuseCommandsTruncatedAtEveryLength() {
    for (final String id : List.of("a", "my-counter", "i".repeat(256))) {
      final int incrementLength = encodeIncrement(id, 1);
      for (int length = 0; length < incrementLength; length++) {
        refuses(length, id);
      }
      final int getValueLength = encodeGetValue(id);
      for (int length = 0; length < getValueLength; length++) {
        refuses(length, id);
      }
    }
    assertEquals(0, service.entityCount());
  }

  @Test
  void shouldNotTouchBytesBehindTheCommand() {
    final byte[] bytes = new byte[encodeIncrement("a", 1)];
    command.getBytes(COMMAND_OFFSET, bytes);
    for (int length = 0; length < bytes.length; length++) {
      // Reading beyond it would throw.
      final UnsafeBuffer exact = new UnsafeBuffer(Arrays.copyOf(bytes, length));
      assertFalse(
          service.apply(StableHash.hash("a"), exact, 0, length, reply, REPLY_OFFSET).isValid());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 257, 258, 1000, 32768, 65535})
  void shouldRefuseIdsOfForbiddenLength(final int idLength) {
    for (final int template : new int[] {INCREMENT, GET_VALUE}) {
      final int blockLength = template == INCREMENT ? 8 : 0;
      final int length = encodeRaw(blockLength, template, 2121, 0, idLength);
      refuses(Math.min(length, command.capacity() - COMMAND_OFFSET), "x");
    }
    assertEquals(0, service.entityCount());
  }

  @Test
  void shouldRefuseForeignSchemas() {
    for (final int schemaId : new int[] {0, 2120, 8181, 4711, 65535}) {
      refuses(encodeRaw(8, INCREMENT, schemaId, 0, 1), "x");
      refuses(encodeRaw(0, GET_VALUE, schemaId, 0, 1), "x");
    }
    assertEquals(0, service.entityCount());
  }

  /** Nodes of version 1 of the schema read them. */
  @Test
  void shouldSayOfLongRepliesInWhichVersionTheyLastChanged() {
    assertEquals(1, MessageHeaderWord.version(OperationsLayout.REPLY_HEADER));
    assertEquals(1, MessageHeaderWord.version(CounterPageLayout.HEADER));
  }

  @Test
  void shouldRefuseLaterVersions() {
    for (final int version : new int[] {3, 4, 65535}) {
      refuses(encodeRaw(8, INCREMENT, 2121, version, 1), "x");
      refuses(encodeRaw(0, GET_VALUE, 2121, version, 1), "x");
    }
    assertEquals(0, service.entityCount());
  }

  @Test
  void shouldRefuseUnknownTemplates() {
    for (final int templateId :
        new int[] {0, CounterReplyDecoder.TEMPLATE_ID, 4, 5, 10, 255, 65535}) {
      refuses(encodeRaw(8, templateId, 2121, 0, 1), "x");
    }
    assertEquals(0, service.entityCount());
  }

  @Test
  void shouldRefuseBlocksThatAreTooShortOrReachBeyondTheCommand() {
    for (int blockLength = 0; blockLength < IncrementDecoder.BLOCK_LENGTH; blockLength++) {
      refuses(encodeRaw(blockLength, INCREMENT, 2121, 0, 1), "x");
    }
    for (final int template : new int[] {INCREMENT, GET_VALUE}) {
      final int length = encodeRaw(8, template, 2121, 0, 1);
      for (final int blockLength : new int[] {9, 10, 11, 300, 65535}) {
        header.wrap(command, COMMAND_OFFSET).blockLength(blockLength);
        refuses(length, "x");
      }
    }
    assertEquals(0, service.entityCount());
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 16, 64})
  void shouldSkipWhatALaterVersionAddsToTheBlock(final int blockLength) {
    final int incrementLength = encodeRaw(blockLength, INCREMENT, 2121, 0, 1);
    command.putLong(COMMAND_OFFSET + HEADER_LENGTH, 17, IncrementEncoder.BYTE_ORDER);
    assertAnswer(apply(service, incrementLength, StableHash.hash("x")), 17, CounterStatus.OK);

    final int getValueLength = encodeRaw(blockLength, GET_VALUE, 2121, 0, 1);
    assertAnswer(apply(service, getValueLength, StableHash.hash("x")), 17, CounterStatus.OK);
    assertAnswer(getValue("x"), 17, CounterStatus.OK);
  }

  @Test
  void shouldNeitherThrowNorChangeAnythingOnRandomBytes() {
    final long seed = 424242;
    System.out.println("counter adapter on random bytes: seed " + seed);
    final Random random = new Random(seed);
    final CheckedService roomy =
        new CheckedService(new CounterDefinition(new CounterLimit(1_000_000)));
    int applied = 0;
    for (int i = 0; i < 100_000; i++) {
      final byte[] bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      final UnsafeBuffer noise = new UnsafeBuffer(bytes);
      if (bytes.length >= HEADER_LENGTH && random.nextInt(4) > 0) {
        final int blockLength = random.nextInt(60);
        header.wrap(noise, 0).schemaId(2121).templateId(random.nextInt(10));
        header.version(random.nextInt(2)).blockLength(blockLength);
        final int idLengthEnd = HEADER_LENGTH + blockLength + Short.BYTES;
        if (idLengthEnd <= bytes.length) {
          // Or nearly every id would be too long.
          noise.putByte(idLengthEnd - 1, (byte) 0);
        }
      }
      final long before = roomy.entityCount();
      final ServiceReply outcome =
          roomy.apply(random.nextInt(), noise, 0, bytes.length, reply, REPLY_OFFSET);
      if (!outcome.isValid()) {
        assertEquals(before, roomy.entityCount());
      } else {
        applied++;
        assertTrue(answer.wrap(reply, REPLY_OFFSET, outcome.length()));
      }
    }
    assertTrue(applied > 0 && applied < 50_000, "applied " + applied);
  }

  @Test
  void shouldAllocateNothingForKnownCounters() {
    final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    final int length = encodeIncrement("my-counter", 1);
    final long entityHash = StableHash.hash("my-counter");
    apply(service, length, entityHash);
    final long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      apply(service, length, entityHash);
    }
    final long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // Less than a byte a command, since what is used for the first time may cost something.
    assertTrue(allocated < 100_000, "allocated " + allocated);
    assertAnswer(getValue("my-counter"), 100_001, CounterStatus.OK);
  }

  // Bytes as version 0 sends them. They must be understood for ever.
  @Test
  void shouldUnderstandTheBytesOfVersion0() {
    assertEquals(
        "080001004908000005000000000000000a006d792d636f756e746572",
        hex(command, COMMAND_OFFSET, encodeIncrement("my-counter", 5)));
    final int length = increment("my-counter", 5);
    // A node of version 0 reads nothing behind the first nine bytes of the block.
    assertEquals(
        "2200030049080100"
            + "0500000000000000"
            + "00"
            + "00"
            + "00".repeat(16)
            + "0100000000000000",
        hex(reply, REPLY_OFFSET, length));
    assertEquals(
        "00000200490800000a006d792d636f756e746572",
        hex(command, COMMAND_OFFSET, encodeGetValue("my-counter")));
  }

  @Test
  void shouldStateItsLimits() {
    final String longest = "i".repeat(CounterProxy.MAX_ID_LENGTH);
    final MessageLengths lengths = MessageLengths.of(List.of(definition));
    assertTrue(
        CounterCommands.incrementWith(longest, new CounterRequest()).length
            <= lengths.shortCommand());
    assertEquals(increment(longest, 1), lengths.shortReply());
    assertEquals(16 * 1_024, definition.maxCommandLength());
    assertEquals(24 * 1_024, MAX_REPLY_LENGTH);
    assertEquals(
        List.of(
            "1 Increment true 0",
            "2 GetValue false 0",
            "6 IncrementWith true 1",
            "7 SetValue true 1",
            "8 Delete true 1",
            "9 Limit true 1",
            "12 Scan false 1",
            "13 Operations true 1"),
        definition.messages().stream()
            .map(
                type ->
                    type.templateId()
                        + " "
                        + type.name()
                        + " "
                        + type.write()
                        + " "
                        + type.sinceVersion())
            .toList());
  }

  private int increment(final String id, final long amount) {
    return apply(service, encodeIncrement(id, amount), StableHash.hash(id));
  }

  private int getValue(final String id) {
    return apply(service, encodeGetValue(id), StableHash.hash(id));
  }

  private int apply(final CheckedService target, final int length, final long entityHash) {
    outcome = target.apply(entityHash, command, COMMAND_OFFSET, length, reply, REPLY_OFFSET);
    return outcome.isValid() ? outcome.length() : INVALID;
  }

  private void assertAnswer(final int length, final long value, final CounterStatus status) {
    assertTrue(answer.wrap(reply, REPLY_OFFSET, length));
    assertEquals(value, answer.value());
    assertEquals(status, answer.status());
    assertEquals(status.value(), outcome.serviceCode());
    assertEquals(status != CounterStatus.MEMORY_LIMIT, outcome.isUnderKey());
  }

  private void refuses(final int length, final String id) {
    assertEquals(INVALID, apply(service, length, StableHash.hash(id)), "length " + length);
  }

  private int encodeIncrement(final String id, final long amount) {
    final IncrementEncoder encoder = new IncrementEncoder();
    final byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    encoder
        .wrapAndApplyHeader(command, COMMAND_OFFSET, header)
        .amount(amount)
        .putCounterId(bytes, 0, bytes.length);
    header.version(0);
    return HEADER_LENGTH + encoder.encodedLength();
  }

  private int encodeGetValue(final String id) {
    final GetValueEncoder encoder = new GetValueEncoder();
    final byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    encoder
        .wrapAndApplyHeader(command, COMMAND_OFFSET, header)
        .putCounterId(bytes, 0, bytes.length);
    header.version(0);
    return HEADER_LENGTH + encoder.encodedLength();
  }

  /** Encodes a command by hand, its id being so many times 'x' as far as there is room. */
  private int encodeRaw(
      final int blockLength,
      final int templateId,
      final int schemaId,
      final int version,
      final int idLength) {
    command.setMemory(0, command.capacity(), (byte) 'x');
    header
        .wrap(command, COMMAND_OFFSET)
        .blockLength(blockLength)
        .templateId(templateId)
        .schemaId(schemaId)
        .version(version);
    final int idLengthOffset = COMMAND_OFFSET + HEADER_LENGTH + blockLength;
    command.putShort(idLengthOffset, (short) idLength, IncrementEncoder.BYTE_ORDER);
    return HEADER_LENGTH + blockLength + Short.BYTES + idLength;
  }

  private static String hex(final UnsafeBuffer buffer, final int offset, final int length) {
    final byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
