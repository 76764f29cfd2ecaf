package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.MessageClaim;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.codecs.CommandEncoder;
import io.tally.engine.internal.codecs.CommandsEncoder;
import io.tally.engine.internal.codecs.MessageHeaderEncoder;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Several commands in one message, and messages that are meant for one process, with a given clock
 * and a simulated network.
 */
@Timeout(30)
class JointLinkTest {
  private static final long MS = 1_000_000L;
  private static final int COUNT = 5;
  private static final Long[] ALL = {0L, 1L, 2L, 3L, 4L};

  private final SimulatedCarrier carrier = new SimulatedCarrier();
  private long nowNs = -5_000_000_000L;
  private TestNode a;
  private TestNode b;
  private NodeOutput output;

  @BeforeEach
  void launchPair() {
    a = launch("a", 10);
    b = launch("b", 20);
    exchange();
    assertEquals(20, a.link.incarnation(1));
    output = a.link.newOutput();
  }

  private TestNode launch(final String id, final long incarnation) {
    final TestNode node =
        TestNode.launch(
            TestNode.setup(id, incarnation).nodeIds(List.of("a", "b")).nodeId(id), carrier);
    node.link.markReady();
    return node;
  }

  private void exchange() {
    for (int i = 0; i < 6; i++) {
      a.step(nowNs);
      b.step(nowNs);
      carrier.deliver();
    }
  }

  private void pass(final long durationMs) {
    for (long i = 0; i < durationMs; i++) {
      nowNs += MS;
      a.step(nowNs);
      b.step(nowNs);
      carrier.deliver();
    }
  }

  /** A message of these commands, which all have the same length, numbered from 0. */
  private static byte[] commands() {
    final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
    final CommandsEncoder encoder = new CommandsEncoder();
    final CommandsEncoder.EntriesEncoder entries =
        encoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).entriesCount(COUNT);
    for (int i = 0; i < COUNT; i++) {
      entries
          .next()
          .correlationId(i)
          .putIdempotencyKey(new byte[0], 0, 0)
          .putPayload(new byte[8], 0, 8);
    }
    final byte[] message = new byte[MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength()];
    buffer.getBytes(0, message);
    return message;
  }

  private static int headLength(final byte[] message) {
    return message.length - COUNT * entryLength();
  }

  private static int entryLength() {
    return CommandsEncoder.EntriesEncoder.sbeBlockLength() + 1 + 2 + 8;
  }

  private static void put(final MessageClaim claim, final byte[] bytes, final int offset) {
    claim.buffer().putBytes(claim.offset(), bytes, offset, claim.length());
    claim.commit();
  }

  /** The first of them is claimed, and the message extended by the others. */
  private void send() {
    final byte[] message = commands();
    final MessageClaim claim = new MessageClaim();
    int position = headLength(message) + entryLength();
    assertEquals(NodeOutput.CLAIMED, output.tryClaim(1, 20, position, claim));
    put(claim, message, 0);
    for (; position < message.length; position += entryLength()) {
      assertTrue(output.tryExtend(1, 20, entryLength(), claim));
      put(claim, message, position);
    }
    output.flush();
    a.step(nowNs);
    carrier.deliver();
  }

  @Test
  void shouldTakeAndCountEachCommandOfAMessage() {
    send();
    b.receive(nowNs);
    assertEquals(List.of(ALL), b.commands);
    assertEquals(COUNT, a.count(LinkCounter.COMMANDS_SENT));
    assertEquals(COUNT, b.count(LinkCounter.COMMANDS_RECEIVED));
  }

  @Test
  void shouldGoOnBehindWhatWasTakenOfAHeldMessage() {
    b.hasNoRoom = id -> id == 2;
    send();
    b.receive(nowNs);
    b.receive(nowNs + MS);
    assertEquals(List.of(0L, 1L), b.commands);
    b.hasNoRoom = id -> id == 4;
    b.receive(nowNs + 2 * MS);
    assertEquals(List.of(0L, 1L, 2L, 3L), b.commands);
    b.hasNoRoom = id -> false;
    b.receive(nowNs + 3 * MS);
    assertEquals(List.of(ALL), b.commands);
    assertEquals(1, b.count(LinkCounter.FRAMES_HELD));
    b.receive(nowNs + 4 * MS);
    assertEquals(COUNT, b.count(LinkCounter.COMMANDS_RECEIVED));
  }

  @Test
  void shouldAnswerBusyToTheOneThatFindsNoRoomForTooLong() {
    b.hasNoRoom = id -> id == 1;
    send();
    b.receive(nowNs);
    pass(TestNode.setup("b", 20).link().queueLimitNs() / MS + 1);
    assertEquals(List.of(1L), b.busy);
    assertEquals(List.of(0L, 2L, 3L, 4L), b.commands);
  }

  @Test
  void shouldGoOnBehindTheOneThatThrows() {
    b.faults = id -> id == 1 || id == 3;
    b.hasNoRoom = id -> id == 2;
    send();
    b.receive(nowNs);
    b.hasNoRoom = id -> false;
    b.receive(nowNs + MS);
    assertEquals(List.of(0L, 2L, 4L), b.commands);
    assertEquals(2, b.count(LinkCounter.MESSAGE_FAULTS));
  }

  @Test
  void shouldGoOnBehindAMessageThatCannotBeBegun() {
    b.faultsAtBegin = true;
    send();
    b.receive(nowNs);
    b.faultsAtBegin = false;
    assertEquals(List.of(), b.commands);
    assertEquals(1, b.count(LinkCounter.MESSAGE_FAULTS));
    send();
    b.receive(nowNs);
    assertEquals(List.of(ALL), b.commands);
  }

  @Test
  void shouldClaimNothingForAProcessThatAnotherHasTakenThePlaceOf() {
    final MessageClaim claim = new MessageClaim();
    assertEquals(NodeOutput.CLAIMED, output.tryClaim(1, 20, 64, claim));
    claim.commit();
    b = launch("b", 30);
    exchange();
    assertEquals(30, a.link.incarnation(1));
    assertEquals(0, a.link.protocolVersion(1, 20));
    assertEquals(ProtocolRange.OWN.highest(), a.link.protocolVersion(1, 30));
    assertFalse(output.tryExtend(1, 20, 8, claim));
    assertFalse(output.tryExtend(1, 30, 8, claim));
    assertEquals(NodeOutput.DOWN, output.tryClaim(1, 20, 64, claim));
    assertEquals(NodeOutput.CLAIMED, output.tryClaim(1, 30, 64, claim));
    claim.abort();
  }

  @Test
  void shouldHaveADeadlineInTheClockOfTheProcessThatWasClaimedFor() {
    final MessageClaim claim = new MessageClaim();
    assertEquals(NodeOutput.CLAIMED, output.tryClaim(1, 20, 64, claim));
    final long deadlineNs = output.deadlineNs(1, nowNs, 10 * MS);
    b = launch("b", 30);
    b.clockOffsetNs = 777_000 * MS;
    exchange();
    assertEquals(deadlineNs, output.deadlineNs(1, nowNs, 10 * MS));
    claim.abort();
    assertEquals(NodeOutput.CLAIMED, output.tryClaim(1, 30, 64, claim));
    assertEquals(
        deadlineNs + 777_000 * MS, output.deadlineNs(1, nowNs, 10 * MS), MS / 5, "of the next one");
  }

  /** Whoever claims may stand still between its last look at the peer and the ring. */
  @Test
  void shouldSendNoRecordOfAnotherEra() {
    final Peer peer = ((LinkReceiver) a.link.receiver()).peers()[0].peer;
    final long era = peer.session().era();
    for (final long ofEra : new long[] {era - 1, era, era + 1, era - (1L << Integer.SIZE), era}) {
      writeRecord(peer.outbound().ring(), OutboundRing.MESSAGE, ofEra, 0);
      writeRecord(peer.outbound().ring(), OutboundRing.MESSAGES, ofEra, FrameLayout.LENGTH_BYTES);
    }
    exchange();
    assertEquals(List.of(7L, 7L, 7L, 7L), b.commands);
    assertEquals(6, a.count(LinkCounter.MESSAGES_DROPPED));
  }

  private static void writeRecord(
      final ManyToOneRingBuffer ring, final int type, final long era, final int lengthBytes) {
    final int length = MessageHeaderEncoder.ENCODED_LENGTH + CommandEncoder.BLOCK_LENGTH + 1 + 2;
    final MutableDirectBuffer record = new ExpandableArrayBuffer();
    OutboundRing.era(record, 0, era);
    FrameLayout.messageLength(record, OutboundRing.ERA_BYTES, length);
    new CommandEncoder()
        .wrapAndApplyHeader(
            record, OutboundRing.ERA_BYTES + lengthBytes, new MessageHeaderEncoder())
        .correlationId(7);
    ring.write(type, record, 0, OutboundRing.ERA_BYTES + lengthBytes + length);
  }
}
