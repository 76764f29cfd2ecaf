package io.tally.testkit;

import static io.tally.testkit.Mutations.assertCaught;
import static io.tally.testkit.Mutations.method;
import static io.tally.testkit.Mutations.neverDiffers;
import static io.tally.testkit.Mutations.returns;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Mistakes in what concerns several counters at once, which the simulation must notice. */
@Tag("default-jdk")
@Timeout(300)
final class BatchMutantTest {
  private static final String COUNTER = "io.tally.counter.";
  private static final String ENGINE = "io.tally.engine.internal.";

  @Test
  void shouldCatchABoundThatRefusesItsOperationAlone() {
    assertCaught(
        "a bound refuses one operation",
        "lists: answered",
        COUNTER + "AtomicWrites",
        reads("apply", "isBoundHit", Opcodes.ICONST_0));
  }

  @Test
  void shouldCatchAListOfWhichAPartIsApplied() {
    assertCaught(
        "one counter of a list changes",
        "lists: left",
        COUNTER + "AtomicWrites",
        reads("apply", "counterCount", Opcodes.ICONST_1));
  }

  @Test
  void shouldCatchAListThatDoesNotSayWhatTimeIsLeft() {
    assertCaught(
        "no time is left", "lists: answered", COUNTER + "AtomicWrites", returns("leftMs", 0L));
  }

  @Test
  void shouldCatchAListWhoseKeyIsNotKept() {
    assertCaught(
        "a list's key is always new",
        "lists: ran",
        ENGINE + "IdempotencyTable",
        returns("find", -1L),
        "DELAYS",
        "KILLS");
  }

  @Test
  void shouldCatchItemsWithTheSameKey() {
    assertCaught(
        "items of a counter have one key",
        "batches: two were told the same",
        ENGINE + "KeyHash",
        reads("hash", "keyItem", Opcodes.ICONST_0));
  }

  @Test
  void shouldCatchItemsWhoseKeysAreNotKept() {
    assertCaught(
        "an item's key is always new",
        "batches: ran",
        ENGINE + "IdempotencyTable",
        returns("find", -1L),
        "DELAYS",
        "KILLS");
  }

  @Test
  void shouldCatchAPositionThatOutlivesItsShard() {
    assertCaught(
        "a position is good in any life",
        "scans: life",
        COUNTER + "CounterScans",
        neverDiffers("scan", "incarnation"),
        "KILLS");
  }

  @Test
  void shouldCatchAScanThatShowsOtherCounters() {
    assertCaught(
        "a scan shows any counter",
        "scans: shown without",
        COUNTER + "CounterScans",
        returns("startsWith", 1));
  }

  @Test
  void shouldCatchARowThatIsLeftOutBetweenPages() {
    assertCaught(
        "a page begins behind its row",
        "scans: not shown",
        COUNTER + "CounterScans",
        BatchMutantTest::endBehindTheRow);
  }

  @Test
  void shouldCatchRowsThatAreShownAgain() {
    assertCaught(
        "a page begins with its stretch",
        "scans: shown too often",
        COUNTER + "CounterWalk",
        BatchMutantTest::beginWithTheStretch);
  }

  /** Has the field always hold that in this method. */
  private static Consumer<ClassNode> reads(
      final String name, final String field, final int constant) {
    return node -> {
      int count = 0;
      final MethodNode method = method(node, name);
      for (final AbstractInsnNode insn : method.instructions.toArray()) {
        if (insn.getOpcode() == Opcodes.GETFIELD && ((FieldInsnNode) insn).name.equals(field)) {
          final InsnList other = new InsnList();
          other.add(new InsnNode(Opcodes.POP));
          other.add(new InsnNode(constant));
          method.instructions.insert(insn, other);
          method.instructions.remove(insn);
          count++;
        }
      }
      assertTrue(count > 0, field);
    };
  }

  /**
   * The number of the row, where it is the last argument of the call that ends a page, is one more.
   */
  private static void endBehindTheRow(final ClassNode node) {
    final MethodNode method = method(node, "show");
    AbstractInsnNode insn = method.instructions.getLast();
    while (!(insn instanceof MethodInsnNode call
        && call.name.equals("end")
        && call.getOpcode() == Opcodes.INVOKESTATIC)) {
      insn = insn.getPrevious();
    }
    while (insn.getOpcode() != Opcodes.ILOAD) {
      insn = insn.getPrevious();
    }
    final InsnList behind = new InsnList();
    behind.add(new InsnNode(Opcodes.ICONST_1));
    behind.add(new InsnNode(Opcodes.IADD));
    method.instructions.insert(insn, behind);
  }

  /** Whatever the offset of the position, the loop that goes on to it ends at once. */
  private static void beginWithTheStretch(final ClassNode node) {
    final MethodNode method = method(node, "from");
    for (final AbstractInsnNode insn : method.instructions.toArray()) {
      if (insn.getOpcode() == Opcodes.IF_ICMPGE && insn.getPrevious() instanceof VarInsnNode) {
        final InsnList end = new InsnList();
        end.add(new InsnNode(Opcodes.POP2));
        end.add(new InsnNode(Opcodes.ICONST_0));
        end.add(new JumpInsnNode(Opcodes.IFEQ, ((JumpInsnNode) insn).label));
        method.instructions.insert(insn, end);
        method.instructions.remove(insn);
        return;
      }
    }
    throw new AssertionError("no loop");
  }
}
