package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.ShardDirectory;
import io.tally.engine.internal.codecs.CommandEncoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import io.tally.transport.internal.codecs.FrameHeaderEncoder;
import io.tally.transport.internal.codecs.HelloEncoder;
import io.tally.transport.internal.codecs.NodeState;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever arrives from the network is refused with a counted reason, or is sound. */
@Timeout(30)
class FrameRefusalTest {
  private static final int HEADER = FrameLayout.HEADER_BYTES;
  private static final long INCARNATION = 55;

  private final SimulatedCarrier carrier = new SimulatedCarrier();
  private TestNode node;
  private byte[] valid;

  @BeforeEach
  void launch() {
    node = TestNode.launch(setup("node-0", 10), carrier);
    node.link.markReady();
    final LocalNode remote = remote("node-1", INCARNATION);
    remote.state(NodeState.READY);
    final OutboundFrame frame = new OutboundFrame(remote, 4096);
    frame.appendHello(0, 0, 0, 0, 0, true, false);
    append(frame, 1);
    append(frame, 2);
    valid = finish(frame);
  }

  private static NodeSetup setup(final String nodeId, final long incarnation) {
    return TestNode.setup(nodeId, incarnation)
        .services(new ServiceVersion(2121, 4), new ServiceVersion(7, 3));
  }

  private static LocalNode remote(final String nodeId, final long incarnation) {
    final NodeSetup setup = setup(nodeId, incarnation);
    return new LocalNode(
        setup.cluster(),
        setup.start(),
        new ShardDirectory(setup.cluster()),
        1_000_000_000,
        new CachedNanoClock(),
        setup.wallClock());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static void append(final OutboundFrame frame, final long correlationId) {
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    final CommandEncoder encoder =
        new CommandEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .shardIncarnation(1)
            .epoch(1)
            .originNodeKey(1)
            .originIncarnation(1)
            .correlationId(correlationId)
            .laneSequence(0)
            .laneSpan(0)
            .placementHash(0)
            .entityHash(0)
            .deadlineNs(1)
            .shardId(0)
            .originLoop((short) 0);
    encoder.flags().clear();
    encoder.putIdempotencyKey(new byte[0], 0, 0);
    encoder.putPayload(new byte[20], 0, 20);
    frame.append(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength());
  }

  private void receive(final byte[] frame) {
    carrier.publish("test.hello", frame, frame.length);
    carrier.deliver();
    node.link.receiver().doWork(0);
  }

  private void assertRefused(final FrameRefusal reason, final byte[] frame) {
    final long before = node.link.counters().refused(reason);
    receive(frame);
    assertEquals(before + 1, node.link.counters().refused(reason), reason.label());
    assertEquals(List.of(), node.commands);
  }

  private byte[] changed(final Consumer<UnsafeBuffer> change) {
    final byte[] copy = valid.clone();
    change.accept(new UnsafeBuffer(copy));
    return copy;
  }

  private void putShort(final UnsafeBuffer buffer, final int offset, final int value) {
    buffer.putShort(offset, (short) value, ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void shouldTakeASoundFrame() {
    receive(valid);
    assertEquals(List.of(1L, 2L), node.commands);
    assertEquals(0, node.link.incarnation(1), "not before it has shown that it hears this node");
    node.link.sender().doWork(0);
    receive(
        changed(
            b ->
                b.putLong(
                    MessageHeaderEncoder.ENCODED_LENGTH
                        + FrameHeaderEncoder.ackedFrameEncodingOffset(),
                    1,
                    ByteOrder.LITTLE_ENDIAN)));
    assertEquals(INCARNATION, node.link.incarnation(1));
    for (final FrameRefusal reason : FrameRefusal.values()) {
      assertEquals(0, node.link.counters().refused(reason));
    }
  }

  @Test
  void shouldRefuseAFrameCutAnywhere() {
    final InboundFrame frame = new InboundFrame();
    for (int length = 0; length < valid.length; length++) {
      final FrameRefusal refusal = frame.wrap(Arrays.copyOf(valid, length));
      assertTrue(
          refusal == FrameRefusal.TRUNCATED || refusal == FrameRefusal.MESSAGE_COUNT,
          "at " + length + ": " + refusal);
      receive(Arrays.copyOf(valid, length));
    }
    assertNull(frame.wrap(valid));
    assertEquals(List.of(), node.commands);
    assertEquals(0, node.link.incarnation(1), "not even its hello counts");
    assertEquals(
        valid.length,
        node.link.counters().refused(FrameRefusal.TRUNCATED)
            + node.link.counters().refused(FrameRefusal.MESSAGE_COUNT));
  }

  @Test
  void shouldRefuseTrailingBytes() {
    assertRefused(FrameRefusal.TRUNCATED, Arrays.copyOf(valid, valid.length + 1));
    assertRefused(FrameRefusal.TRUNCATED, Arrays.copyOf(valid, valid.length + 30));
  }

  @Test
  void shouldRefuseAForeignSchema() {
    assertRefused(FrameRefusal.FOREIGN_SCHEMA, changed(b -> putShort(b, 4, 8182)));
    assertRefused(FrameRefusal.FOREIGN_SCHEMA, changed(b -> putShort(b, HEADER + 4 + 4, 8182)));
  }

  @Test
  void shouldRefuseAMessageInTheWrongSchema() {
    final int hello = HEADER + 4;
    assertRefused(
        FrameRefusal.UNKNOWN_TEMPLATE,
        changed(b -> putShort(b, hello + 4, CommandEncoder.SCHEMA_ID)));
    final int command = hello + new UnsafeBuffer(valid).getInt(HEADER, ByteOrder.LITTLE_ENDIAN) + 4;
    assertRefused(
        FrameRefusal.UNKNOWN_TEMPLATE,
        changed(b -> putShort(b, command + 4, HelloEncoder.SCHEMA_ID)));
  }

  @Test
  void shouldRefuseAnUnknownTemplate() {
    assertRefused(
        FrameRefusal.UNKNOWN_TEMPLATE, changed(b -> putShort(b, 2, HelloEncoder.TEMPLATE_ID)));
    assertRefused(FrameRefusal.UNKNOWN_TEMPLATE, changed(b -> putShort(b, HEADER + 4 + 2, 99)));
    assertRefused(
        FrameRefusal.UNKNOWN_TEMPLATE,
        changed(b -> putShort(b, HEADER + 4 + 2, FrameHeaderEncoder.TEMPLATE_ID)));
  }

  @Test
  void shouldRefuseAWrongMessageCount() {
    final int offset =
        MessageHeaderEncoder.ENCODED_LENGTH + FrameHeaderEncoder.messageCountEncodingOffset();
    assertRefused(FrameRefusal.MESSAGE_COUNT, changed(b -> putShort(b, offset, 2)));
    assertRefused(FrameRefusal.MESSAGE_COUNT, changed(b -> putShort(b, offset, 4)));
  }

  @Test
  void shouldRefuseLengthsThatLeadAstray() {
    for (final int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 7, 4096}) {
      assertRefused(
          FrameRefusal.TRUNCATED, changed(b -> b.putInt(HEADER, length, ByteOrder.LITTLE_ENDIAN)));
    }
    assertRefused(FrameRefusal.TRUNCATED, changed(b -> putShort(b, 0, 65_535)));
    assertRefused(FrameRefusal.TRUNCATED, changed(b -> putShort(b, 0, 3)));
  }

  @Test
  void shouldRefuseAnOversizedFrame() {
    assertRefused(FrameRefusal.OVERSIZED, Arrays.copyOf(valid, (1 << 16) + 1));
  }

  @Test
  void shouldRefuseAForeignSource() {
    final byte[] dataOnly = dataFrame("node-9", INCARNATION);
    assertRefused(FrameRefusal.FOREIGN_SOURCE, dataOnly);
    assertRefused(FrameRefusal.FOREIGN_SOURCE, dataFrame("node-0", 10));
  }

  @Test
  void shouldRefuseToBeToldOfFramesThatItNeverSent() {
    final int offset =
        MessageHeaderEncoder.ENCODED_LENGTH + FrameHeaderEncoder.ackedFrameEncodingOffset();
    assertRefused(
        FrameRefusal.ACKNOWLEDGEMENT, changed(b -> b.putLong(offset, 1, ByteOrder.LITTLE_ENDIAN)));
    node.link.sender().doWork(0);
    receive(changed(b -> b.putLong(offset, 1, ByteOrder.LITTLE_ENDIAN)));
    assertEquals(List.of(1L, 2L), node.commands);
    node.commands.clear();
    assertRefused(
        FrameRefusal.ACKNOWLEDGEMENT,
        changed(b -> b.putLong(offset, Long.MAX_VALUE, ByteOrder.LITTLE_ENDIAN)));
  }

  @Test
  void shouldRefuseAnotherIncarnation() {
    assertRefused(FrameRefusal.SOURCE_INCARNATION, dataFrame("node-1", INCARNATION));
    receive(valid);
    node.commands.clear();
    assertRefused(FrameRefusal.SOURCE_INCARNATION, dataFrame("node-1", INCARNATION + 1));
  }

  private static byte[] dataFrame(final String nodeId, final long incarnation) {
    final OutboundFrame frame = new OutboundFrame(remote(nodeId, incarnation), 4096);
    append(frame, 1);
    return finish(frame);
  }

  private static byte[] finish(final OutboundFrame frame) {
    return Arrays.copyOf(frame.memory(), frame.finish(1, 0));
  }

  /** What came before version 1 had the same frame header, in the engine's schema. */
  private static byte[] ofVersion0(final byte[] frame) {
    new MessageHeaderEncoder()
        .wrap(new UnsafeBuffer(frame), 0)
        .schemaId(CommandEncoder.SCHEMA_ID)
        .version(0);
    return frame;
  }

  @Test
  void shouldRefuseANodeOfVersion0ByItsName() {
    assertRefused(FrameRefusal.VERSION, ofVersion0(valid.clone()));
    assertRefused(FrameRefusal.VERSION, ofVersion0(valid.clone()));
    assertEquals(List.of("node-1 55 refused: version"), node.events, "told once");
    assertEquals(List.of("node-1"), node.link.startState(0).refused());
    assertEquals(PeerStatus.UNKNOWN, node.link.peerStatus(1));
    assertRefused(FrameRefusal.VERSION, ofVersion0(dataFrame("node-0", 9)));
    assertEquals("node-0 9 refused: version", node.events.get(1));
    assertRefused(FrameRefusal.VERSION, changed(b -> putShort(b, 6, 0)));
    assertRefused(FrameRefusal.VERSION, ofVersion0(dataFrame("node-9", 9)));
    assertEquals(2, node.events.size(), "of a stranger no name is known");
    receive(valid);
    assertEquals(List.of(1L, 2L), node.commands);
    assertEquals(List.of("node-0"), node.link.startState(0).refused());
  }

  @Test
  void shouldRefuseANodeThatSpeaksNoVersionSpokenHereByItsName() {
    final int lowest = HEADER + 4 + 8 + HelloEncoder.lowestProtocolEncodingOffset();
    final int highest = HEADER + 4 + 8 + HelloEncoder.highestProtocolEncodingOffset();
    final int other = ProtocolRange.OWN.highest() + 1;
    assertRefused(
        FrameRefusal.VERSION,
        changed(
            b -> {
              putShort(b, lowest, other);
              putShort(b, highest, 65_535);
            }));
    assertEquals(List.of("node-1 55 refused: version"), node.events);
    assertEquals(List.of("node-1"), node.link.startState(0).refused());
    assertEquals(0, node.link.protocolVersion(1, 55));
    receive(changed(b -> putShort(b, highest, other)));
    assertEquals(ProtocolRange.OWN.highest(), node.link.protocolVersion(1, 55));
    assertEquals(0, node.link.protocolVersion(0, 55), "itself");
    assertEquals(List.of(1L, 2L), node.commands);
    assertEquals(List.of(), node.link.startState(0).refused());
  }

  @Test
  void shouldKnowWhatServicesAPeerHosts() {
    assertEquals(-1, node.link.serviceVersion(1, 2121), "before it was heard");
    receive(valid);
    assertEquals(4, node.link.serviceVersion(1, 2121));
    assertEquals(3, node.link.serviceVersion(1, 7));
    assertEquals(-1, node.link.serviceVersion(1, 8));
    assertEquals(-1, node.link.serviceVersion(2, 7));
    assertEquals(-1, node.link.serviceVersion(0, 7), "itself");
  }

  @Test
  void shouldReadTheLongerHelloOfANewerVersion() {
    final int hello = HEADER + 4;
    final int services = hello + 8 + HelloEncoder.BLOCK_LENGTH;
    final int entry = services + 3;
    final byte[] newer = new byte[valid.length + 3 + 2 * 5];
    final UnsafeBuffer buffer = new UnsafeBuffer(newer);
    buffer.putBytes(0, valid, 0, services);
    buffer.putBytes(services + 3, valid, services, 3);
    buffer.putBytes(entry + 3, valid, entry, 4);
    buffer.putBytes(entry + 12, valid, entry + 4, 4);
    buffer.putBytes(entry + 21, valid, entry + 8, valid.length - entry - 8);
    putShort(buffer, hello, HelloEncoder.BLOCK_LENGTH + 3);
    putShort(buffer, hello + 6, HelloEncoder.SCHEMA_VERSION + 1);
    putShort(buffer, services + 3, 9);
    buffer.putInt(
        HEADER, buffer.getInt(HEADER, ByteOrder.LITTLE_ENDIAN) + 13, ByteOrder.LITTLE_ENDIAN);
    receive(newer);
    assertEquals(List.of(1L, 2L), node.commands);
    assertEquals(3, node.link.serviceVersion(1, 7));
    assertEquals(4, node.link.serviceVersion(1, 2121));
  }

  @Test
  void shouldReadTheShorterHelloOfVersion1() {
    final int hello = HEADER + 4;
    final int blockLength = HelloEncoder.generationEncodingOffset();
    final int end = hello + 8 + blockLength;
    final byte[] older = new byte[valid.length - 2 * Long.BYTES];
    final UnsafeBuffer buffer = new UnsafeBuffer(older);
    buffer.putBytes(0, valid, 0, end);
    buffer.putBytes(end, valid, end + 2 * Long.BYTES, older.length - end);
    putShort(buffer, hello, blockLength);
    putShort(buffer, hello + 6, 1);
    buffer.putInt(
        HEADER,
        buffer.getInt(HEADER, ByteOrder.LITTLE_ENDIAN) - 2 * Long.BYTES,
        ByteOrder.LITTLE_ENDIAN);
    receive(older);
    assertEquals(List.of(1L, 2L), node.commands);
    assertEquals(4, node.link.serviceVersion(1, 2121));
    assertEquals(0, node.link.startState(0).knownGeneration());
  }

  @Test
  void shouldRefuseAHelloThatContradictsItsFrame() {
    final int hello = HEADER + 4;
    final int body = hello + MessageHeaderEncoder.ENCODED_LENGTH;
    final int services = body + HelloEncoder.BLOCK_LENGTH;
    final int entries = services + HelloEncoder.ServicesEncoder.sbeHeaderSize();
    final int id = entries + 2 * HelloEncoder.ServicesEncoder.sbeBlockLength();
    final List<Consumer<UnsafeBuffer>> changes = new ArrayList<>();
    changes.add(b -> b.putLong(body + HelloEncoder.nodeKeyEncodingOffset(), 1));
    changes.add(b -> b.putLong(body + HelloEncoder.incarnationEncodingOffset(), 56));
    changes.add(b -> b.putByte(body + HelloEncoder.stateEncodingOffset(), (byte) 9));
    changes.add(b -> b.putLong(body + HelloEncoder.requestTimeoutNsEncodingOffset(), 0));
    changes.add(b -> putShort(b, body + HelloEncoder.lowestProtocolEncodingOffset(), 0));
    changes.add(
        b ->
            putShort(
                b,
                body + HelloEncoder.lowestProtocolEncodingOffset(),
                ProtocolRange.OWN.highest() + 1));
    changes.add(b -> putShort(b, body + HelloEncoder.highestProtocolEncodingOffset(), 0));
    changes.add(b -> putShort(b, services, 3));
    changes.add(b -> putShort(b, services, 0));
    changes.add(b -> putShort(b, services, 60_000));
    changes.add(b -> b.putByte(services + 2, (byte) 1));
    changes.add(b -> b.putByte(services + 2, (byte) 3));
    changes.add(b -> b.putByte(services + 2, (byte) 17));
    changes.add(b -> b.putByte(services + 2, (byte) 255));
    changes.add(b -> putShort(b, entries, 2121));
    changes.add(b -> putShort(b, entries, 65_535));
    changes.add(b -> putShort(b, entries + 4, 7));
    changes.add(b -> putShort(b, entries + 2, 65_535));
    changes.add(b -> b.putByte(id, (byte) 7));
    changes.add(b -> b.putByte(id, (byte) 0));
    changes.add(b -> b.putByte(id, (byte) 200));
    changes.add(b -> b.putByte(id + 1, (byte) '*'));
    changes.add(b -> b.putByte(id + 1, (byte) '.'));
    changes.add(b -> b.putByte(id + 6, (byte) '2'));
    changes.add(b -> putShort(b, hello, 3));
    changes.add(b -> putShort(b, hello, 60_000));
    for (final Consumer<UnsafeBuffer> change : changes) {
      assertRefused(FrameRefusal.HELLO, changed(change));
      assertEquals(PeerStatus.UNKNOWN, node.link.peerStatus(1));
    }
  }

  @Test
  void shouldSurviveAnyBytes() {
    final Random random = new Random(42);
    final InboundFrame frame = new InboundFrame();
    for (int i = 0; i < 20_000; i++) {
      final byte[] bytes = valid.clone();
      final int changes = 1 + random.nextInt(3);
      for (int c = 0; c < changes; c++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      receive(bytes);
    }
    assertNotNull(frame.wrap(new byte[0]));
    assertEquals(20_000, node.count(LinkCounter.FRAMES_RECEIVED));
    assertEquals(0, node.count(LinkCounter.MESSAGE_FAULTS));
  }
}
