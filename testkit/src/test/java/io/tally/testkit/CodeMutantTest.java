package io.tally.testkit;

import static io.tally.testkit.Mutations.assertCaught;
import static io.tally.testkit.Mutations.isOperand;
import static io.tally.testkit.Mutations.makeEqual;
import static io.tally.testkit.Mutations.method;
import static io.tally.testkit.Mutations.neverDiffers;
import static io.tally.testkit.Mutations.returns;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Mistakes in the code itself, made when its classes are loaded, and mends undone: the simulation
 * must notice each within a thousand histories.
 */
@Tag("default-jdk")
@Timeout(300)
final class CodeMutantTest {
  private static final String LANE = "io.tally.lane.internal.";
  private static final String ENGINE = "io.tally.engine.internal.";
  private static final String TRANSPORT = "io.tally.transport.internal.";

  @Test
  void shouldCatchADeadlineThatIsNotTranslated() {
    assertCaught(
        "deadline not translated",
        "SettledChecker",
        ENGINE + "InboundAdapter",
        CodeMutantTest::countFromArrival,
        "PAUSES",
        "LOSS");
  }

  @Test
  void shouldCatchAMessageThatAnOlderPeerDoesNotKnow() {
    assertCaught(
        "joint messages for everybody",
        "versions: a message left",
        TRANSPORT + "PeerTable",
        returns("protocolVersion", 4),
        "KILLS");
  }

  @Test
  void shouldCatchAGoodbyeThatIsIgnored() {
    assertCaught(
        "goodbye ignored",
        "stop",
        TRANSPORT + "HelloAdapter",
        CodeMutantTest::forgetStopping,
        "PLANNED_STOPS");
  }

  @Test
  void shouldCatchFramesThatAreNotFlushed() {
    assertCaught(
        "frames not flushed", "whole", TRANSPORT + "FrameFlush", returns("doWork", 0), "KILLS");
  }

  @Test
  void shouldCatchAStopThatWaitsForNobody() {
    assertCaught(
        "stop waits for nobody",
        "stop",
        TRANSPORT + "PeerTable",
        returns("areAllResolved", 1),
        "PLANNED_STOPS");
  }

  @Test
  void shouldCatchKeysThatAreForgottenBeforeTheirCopies() {
    assertCaught(
        "keys kept for the window alone",
        "",
        "io.tally.engine.EngineSettings",
        returns("settledNs", 0L),
        "PAUSES");
  }

  @Test
  void shouldCatchPlacesOfKeysThatLeak() {
    assertCaught(
        "places of keys leak", "gauges", ENGINE + "IdempotencyTable", returns("shrink", null));
  }

  @Test
  void shouldCatchRequestsThatWereReadTooLate() {
    assertCaught(
        "unread requests are never late",
        "SettledChecker",
        ENGINE + "StandstillDetector",
        returns("isLate", 0),
        "PAUSES");
  }

  @Test
  void shouldCatchASessionThatDoesNotComeBack() {
    assertCaught(
        "cut off for good",
        "whole",
        TRANSPORT + "AttemptSchedule",
        returns("backoffNs", Long.MAX_VALUE / 4),
        "CREDENTIALS");
  }

  @Test
  void shouldCatchTrustInAnyIncarnation() {
    assertCaught(
        "any incarnation is believed",
        "",
        TRANSPORT + "Incarnation",
        returns("isPlausible", 1),
        "MISTAKEN_PEERS");
  }

  @Test
  void shouldCatchAnAcknowledgementBeforeTheFrameIsTakenOver() {
    assertCaught(
        "acknowledged before it was accepted",
        "window: a frame was acknowledged",
        TRANSPORT + "LinkReceiver",
        CodeMutantTest::acknowledgeFirst,
        "DELAYS");
  }

  @Test
  void shouldCatchAWindowThatIsFreedAtOnce() {
    assertCaught(
        "window freed at once",
        "window: more was sent",
        TRANSPORT + "UnackedFrames",
        returns("add", null),
        "DELAYS");
  }

  @Test
  void shouldCatchWhatIsNeverGivenBack() {
    assertCaught(
        "sequences are never resolved",
        "gauges",
        LANE + "IngressLane",
        returns("resolve", null),
        "LOSS");
    assertCaught(
        "answers are kept for ever",
        "gauges",
        LANE + "OwnerLane",
        returns("raiseFloor", null),
        "LOSS");
    assertCaught(
        "commands stay unresolved",
        "gauges",
        ENGINE + "UnresolvedCommands",
        returns("onEnded", null),
        "LOSS");
    assertCaught(
        "window never freed",
        "gauges",
        TRANSPORT + "UnackedFrames",
        returns("ackUpTo", null),
        "LOSS");
    assertCaught(
        "held frames not offered again",
        "gauges",
        TRANSPORT + "LinkReceiver",
        returns("offerHeld", 0),
        "DELAYS");
    assertCaught(
        "outbound ring kept, peer gone",
        "gauges",
        TRANSPORT + "PeerPublisher",
        returns("dropOutbound", null),
        "PAYLOAD_LIMITS");
    assertCaught(
        "connections left open",
        "gauges",
        TRANSPORT + "NatsAttempt",
        returns("close", null),
        "PAYLOAD_LIMITS");
  }

  @Test
  void shouldCatchTrustInAnyAcknowledgement() {
    assertCaught(
        "acknowledged without being sent",
        "window: more was sent",
        TRANSPORT + "LinkReceiver",
        neverDiffers("onFrame", "sentFrame"),
        "MISTAKEN_PEERS",
        "DELAYS");
  }

  @Test
  void shouldCatchTrustInAPeerThatAcknowledgesNothing() {
    assertCaught(
        "nobody is deaf",
        "deaf",
        TRANSPORT + "FailureDetector",
        returns("isDeaf", 0),
        "ONE_WAY_LOSS");
  }

  @Test
  void shouldCatchASessionThatIsNotChecked() {
    // Messages of another incarnation are refused once more by the engine; its clock is not.
    assertCaught(
        "no session check",
        "clock: a command has a deadline",
        TRANSPORT + "LinkReceiver",
        neverDiffers("onFrame", "sourceIncarnation"),
        "TWINS");
  }

  @Test
  void shouldCatchFramesOfAnOldIncarnation() {
    assertCaught(
        "old frames accepted",
        "peers: an incarnation was heard",
        TRANSPORT + "Membership",
        CodeMutantTest::believeOldIncarnations,
        "KILLS",
        "REPEATS");
  }

  @Test
  void shouldCatchARingThatIsKeptOverAnOutage() {
    // The deadlines of its commands have long passed in their owner's clock, and so no counter
    // shows it: only what leaves does. Where one of the two is whole, nothing does.
    assertCaught(
        "outbound ring kept over an outage",
        "outage: a message left",
        Map.of(
            TRANSPORT + "PeerPublisher",
            returns("dropOutbound", null),
            TRANSPORT + "OutboundReader",
            neverDiffers("onOutbound", "era")),
        "PARTITIONS");
  }

  @Test
  void shouldCatchALimitThatIsNotReadAgain() {
    assertCaught(
        "max_payload not read again",
        "payload: a frame was published",
        TRANSPORT + "FrameConnection",
        CodeMutantTest::readLimitOnce,
        "PAYLOAD_LIMITS",
        "DELAYS");
  }

  @Test
  void shouldCatchVersionsOfServicesThatNobodySaid() {
    assertCaught(
        "all peers host version 0",
        "versions",
        TRANSPORT + "ServiceVersions",
        returns("versionOf", 0),
        "DELAYS");
  }

  @Test
  void shouldCatchTimersThatFireAfterTheCommandsOfTheirTime() {
    assertCaught(
        "timers after commands",
        "timers",
        ENGINE + "TimerAlarm",
        CodeMutantTest::ringLate,
        "DELAYS");
  }

  @Test
  void shouldCatchATimeThatWasTakenWhereTheRequestWasClaimed() {
    assertCaught(
        "time taken at the claim",
        "timers",
        ENGINE + "Shard",
        CodeMutantTest::takeTimeOfClaim,
        "DELAYS");
  }

  @Test
  void shouldCatchIdsThatAreToldApartByTheirTag() {
    assertCaught(
        "hash of the tag for identity",
        "keys",
        "io.tally.counter.CounterProxy",
        CodeMutantTest::hashTagAlone,
        "DELAYS");
  }

  @Test
  void shouldCatchTrustInAnySource() {
    assertCaught(
        "foreign sources accepted",
        "FateChecker",
        ENGINE + "InboundAdapter",
        neverDiffers("onCommand", "originNodeKey", "originIncarnation"),
        "MISTAKEN_PEERS");
  }

  @Test
  void shouldCatchAnAnnouncementThatIsNotRepeated() {
    assertCaught(
        "announcement not repeated",
        "whole",
        TRANSPORT + "PeerAnnouncer",
        returns("isRepeatDue", 0).andThen(returns("nextStepNs", Long.MAX_VALUE)),
        "LOSS");
  }

  @Test
  void shouldCatchAnOlderLifeThatTakesThePlaceOfANewerOne() {
    assertCaught(
        "older announcement accepted",
        "shards: an older life",
        ENGINE + "RoutingTable",
        CodeMutantTest::acceptOlderLives,
        "REPEATS",
        "LOST_SHARDS");
  }

  @Test
  void shouldCatchTheNodesIncarnationInPlaceOfTheShards() {
    assertCaught(
        "node's incarnation for its shards",
        "shards: a life was believed in that never was",
        TRANSPORT + "ShardAnnouncementAdapter",
        CodeMutantTest::takeTheNodesIncarnation,
        "DELAYS");
  }

  @Test
  void shouldCatchLanesThatAreDroppedWhenTheirPeerIsDown() {
    assertCaught(
        "down taken for the end of a life",
        "whole",
        ENGINE + "CommandSender",
        CodeMutantTest::endTheLaneOfAPeerThatIsDown,
        "PARTITIONS");
    assertCaught(
        "lanes dropped for another origin",
        "",
        LANE + "OwnerLanes",
        CodeMutantTest::dropLanesOfOthers,
        "REPEATS");
  }

  /** No incarnation is below the one that was ready last. */
  private static void believeOldIncarnations(final ClassNode node) {
    final MethodNode method = method(node, "onPeer");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn.getOpcode() == Opcodes.LCMP
          && insn.getNext().getOpcode() == Opcodes.IFGE
          && isOperand(insn, List.of("readyIncarnation"))) {
        makeEqual(method, insn);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** Every deadline becomes the whole timeout from the command's arrival. */
  private static void countFromArrival(final ClassNode node) {
    int count = 0;
    for (final MethodNode method : node.methods) {
      for (final AbstractInsnNode insn : method.instructions.toArray()) {
        if (insn instanceof FieldInsnNode field && field.name.equals("deadlineNs")) {
          final InsnList fromNow = new InsnList();
          fromNow.add(new InsnNode(Opcodes.POP));
          fromNow.add(new VarInsnNode(Opcodes.LLOAD, 1));
          fromNow.add(new VarInsnNode(Opcodes.ALOAD, 0));
          fromNow.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, "requestTimeoutNs", "J"));
          fromNow.add(new InsnNode(Opcodes.LADD));
          method.instructions.insert(insn, fromNow);
          method.instructions.remove(insn);
          count++;
        }
      }
    }
    assertEquals(2, count);
  }

  /** A frame counts as accepted as soon as it is looked at. */
  private static void acknowledgeFirst(final ClassNode node) {
    final MethodNode method = method(node, "onNumbered");
    final String frame = "io/tally/transport/internal/InboundFrame";
    final String session = "io/tally/transport/internal/PeerSession";
    final InsnList accepted = new InsnList();
    accepted.add(new VarInsnNode(Opcodes.ALOAD, 0));
    accepted.add(new VarInsnNode(Opcodes.ALOAD, 6));
    accepted.add(new VarInsnNode(Opcodes.ALOAD, 0));
    accepted.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, "frame", "L" + frame + ";"));
    accepted.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, frame, "frameNumber", "()J"));
    accepted.add(new VarInsnNode(Opcodes.ALOAD, 7));
    accepted.add(new InsnNode(Opcodes.ARRAYLENGTH));
    accepted.add(
        new MethodInsnNode(
            Opcodes.INVOKEVIRTUAL, node.name, "onAccepted", "(L" + session + ";JI)V"));
    method.instructions.insert(accepted);
  }

  /** A connection after the first keeps the limit of the first. */
  private static void readLimitOnce(final ClassNode node) {
    final MethodNode method = method(node, "carry");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn instanceof FieldInsnNode field
          && field.getOpcode() == Opcodes.PUTFIELD
          && field.name.equals("maxFrameBytes")) {
        final LabelNode after = new LabelNode();
        final InsnList skip = new InsnList();
        skip.add(new VarInsnNode(Opcodes.ALOAD, 0));
        skip.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, "wasConnected", "Z"));
        skip.add(new JumpInsnNode(Opcodes.IFNE, after));
        final InsnList end = new InsnList();
        end.add(after);
        end.add(new FrameNode(Opcodes.F_SAME, 0, null, 0, null));
        method.instructions.insert(insn, end);
        method.instructions.insert(skip);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** What a node says when it stops is not understood. */
  private static void forgetStopping(final ClassNode node) {
    int count = 0;
    for (final MethodNode method : node.methods) {
      for (final AbstractInsnNode insn : method.instructions.toArray()) {
        if (insn instanceof FieldInsnNode field
            && (field.name.equals("DRAINING") || field.name.equals("LEAVING"))) {
          method.instructions.set(insn, new InsnNode(Opcodes.ACONST_NULL));
          count++;
        }
      }
    }
    assertEquals(2, count);
  }

  /** Whatever is told of a shard is taken. */
  private static void acceptOlderLives(final ClassNode node) {
    final MethodNode method = method(node, "with");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn.getOpcode() == Opcodes.LCMP) {
        makeEqual(method, insn);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** A peer's shards are taken to have the incarnation of their node. */
  private static void takeTheNodesIncarnation(final ClassNode node) {
    final String session = "io/tally/transport/internal/PeerSession";
    final MethodNode method = method(node, "take");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn instanceof MethodInsnNode call && call.name.equals("incarnation")) {
        final InsnList ofNode = new InsnList();
        ofNode.add(new InsnNode(Opcodes.POP));
        ofNode.add(new VarInsnNode(Opcodes.ALOAD, 2));
        ofNode.add(new FieldInsnNode(Opcodes.GETFIELD, session, "incarnation", "J"));
        method.instructions.insert(insn, ofNode);
        method.instructions.remove(insn);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** Where the owner is away, its shard's life is thought to be over, and so the lane to it. */
  private static void endTheLaneOfAPeerThatIsDown(final ClassNode node) {
    final String outbox = "io/tally/engine/internal/ShardOutbox";
    final int noOwner = -2;
    final MethodNode method = method(node, "send");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn instanceof IntInsnNode push
          && push.operand == noOwner
          && insn.getNext().getOpcode() == Opcodes.IRETURN) {
        final InsnList end = new InsnList();
        end.add(new VarInsnNode(Opcodes.ALOAD, 4));
        end.add(new VarInsnNode(Opcodes.ALOAD, 4));
        end.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, outbox, "incarnation", "()J"));
        end.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, outbox, "end", "(J)Z"));
        end.add(new InsnNode(Opcodes.POP));
        method.instructions.insertBefore(insn, end);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** The lanes of an origin are made anew when another origin's came in between. */
  private static void dropLanesOfOthers(final ClassNode node) {
    final MethodNode method = method(node, "newest");
    int count = 0;
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn.getOpcode() == Opcodes.LCMP
          && insn.getNext() instanceof JumpInsnNode jump
          && jump.getOpcode() == Opcodes.IFGE) {
        jump.setOpcode(Opcodes.IFGT);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** The alarm looks at the clock of some milliseconds ago. */
  private static void ringLate(final ClassNode node) {
    final InsnList earlier = new InsnList();
    earlier.add(new VarInsnNode(Opcodes.LLOAD, 1));
    earlier.add(new LdcInsnNode(3 * Settings.MS));
    earlier.add(new InsnNode(Opcodes.LSUB));
    earlier.add(new VarInsnNode(Opcodes.LSTORE, 1));
    method(node, "isDue").instructions.insert(earlier);
  }

  /** The time of a command is that of its deadline, which was made at the claim. */
  private static void takeTimeOfClaim(final ClassNode node) {
    int count = 0;
    for (final AbstractInsnNode insn : method(node, "onCommand").instructions.toArray()) {
      if (insn instanceof MethodInsnNode call && call.name.equals("goOn")) {
        final InsnList ofDeadline = new InsnList();
        ofDeadline.add(new InsnNode(Opcodes.POP2));
        ofDeadline.add(new VarInsnNode(Opcodes.ALOAD, 3));
        ofDeadline.add(
            new FieldInsnNode(
                Opcodes.GETFIELD, "io/tally/engine/internal/Command", "deadlineNs", "J"));
        method(node, "onCommand").instructions.insertBefore(insn, ofDeadline);
        count++;
      }
    }
    assertEquals(1, count);
  }

  private static void hashTagAlone(final ClassNode node) {
    int count = 0;
    for (final MethodNode method : node.methods) {
      for (final AbstractInsnNode insn : method.instructions.toArray()) {
        if (insn instanceof MethodInsnNode call
            && call.owner.equals("io/tally/engine/StableHash")
            && call.name.equals("hash")) {
          call.name = "placement";
          count++;
        }
      }
    }
    assertTrue(count > 0);
  }
}
