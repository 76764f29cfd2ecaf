package io.tally.testkit;

import static io.tally.testkit.Mutations.assertCaught;
import static io.tally.testkit.Mutations.method;
import static io.tally.testkit.Mutations.returns;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Mistakes in what a restart keeps, in snapshots and between services, made when the classes are
 * loaded: the simulation must notice each within a thousand histories.
 */
@Tag("default-jdk")
@Timeout(300)
final class RestartMutantTest {
  private static final String ENGINE = "io.tally.engine.internal.";

  @Test
  void shouldCatchLanesThatAreLeftOut() {
    assertCaught(
        "lanes left out of the snapshot",
        "FateChecker",
        ENGINE + "LaneRecords",
        returns("writeSnapshot", 1),
        "PLANNED_STOPS",
        "CUT_STOPS");
  }

  @Test
  void shouldCatchKeysThatAreLeftOut() {
    assertCaught(
        "keys left out",
        "IdempotencyChecker",
        ENGINE + "KeySnapshot",
        returns("restoreKey", null).andThen(returns("isRestored", 1)),
        "PLANNED_STOPS",
        "CUT_STOPS");
  }

  @Test
  void shouldCatchASecretThatIsTheProcesss() {
    assertCaught(
        "secret by process",
        "IdempotencyChecker",
        ENGINE + "IdempotencyTable",
        RestartMutantTest::keepOwnSecret,
        "PLANNED_STOPS",
        "CUT_STOPS");
  }

  @Test
  void shouldCatchKeysThatAgeByTheWallClock() {
    assertCaught(
        "keys age by the wall clock",
        "IdempotencyChecker",
        ENGINE + "KeySnapshot",
        returns("standstill", null),
        "PLANNED_STOPS",
        "WALL_CLOCKS");
  }

  @Test
  void shouldCatchATimeThatGoesBack() {
    assertCaught(
        "shard time goes back",
        "timers",
        ENGINE + "ShardTime",
        RestartMutantTest::keepOwnTime,
        "PLANNED_STOPS",
        "WALL_CLOCKS");
  }

  @Test
  void shouldCatchAFrozenShardThatApplies() {
    assertCaught(
        "frozen shard applies",
        "standstill",
        ENGINE + "Shard",
        returns("freeze", null),
        "PLANNED_STOPS",
        "CUT_STOPS");
  }

  @Test
  void shouldCatchShardsThatAreActiveBeforeTheMark() {
    assertCaught(
        "active before the mark",
        "standstill",
        ENGINE + "ShardRestore",
        RestartMutantTest::activateAtTheEnd,
        "PLANNED_STOPS");
  }

  @Test
  void shouldCatchAFreedRowThatIsUsedAgainInASnapshot() {
    assertCaught(
        "freed row reused in a snapshot",
        "timers",
        ENGINE + "TimerSnapshot",
        returns("onAdded", null),
        "SNAPSHOTS",
        "KILLS");
  }

  @Test
  void shouldCatchARowThatIsShownAfterItHasChanged() {
    assertCaught(
        "row shown after it has changed",
        // Its version is above the count of changes of its snapshot, so it is not even restored.
        "fault: no record of a snapshot of counters",
        "io.tally.counter.CounterSnapshot",
        returns("beforeChange", null),
        "SNAPSHOTS",
        "KILLS");
  }

  @Test
  void shouldCatchServicesThatShareTheirKeys() {
    assertCaught(
        "keys without the service",
        "keys",
        ENGINE + "KeyHash",
        RestartMutantTest::forgetTheService,
        "DELAYS");
  }

  @Test
  void shouldCatchANewerMessageToAnOlderOwner() {
    assertCaught(
        "newer message to an older owner",
        "versions",
        ENGINE + "CommandRouter",
        returns("isUnderstood", 1),
        "DELAYS");
  }

  @Test
  void shouldCatchAnOlderStateThatNobodyRemembers() {
    assertCaught(
        "generations are not told",
        "copy",
        "io.tally.transport.internal.SelfFencing",
        returns("onKnownGeneration", null),
        "PLANNED_STOPS",
        "COPIED_DIRECTORIES");
  }

  /** A restored table goes on with the secret of its own process. */
  private static void keepOwnSecret(final ClassNode node) {
    int count = 0;
    for (final AbstractInsnNode insn : method(node, "restore").instructions.toArray()) {
      if (insn instanceof FieldInsnNode field
          && field.getOpcode() == Opcodes.PUTFIELD
          && field.name.equals("hash")) {
        method(node, "restore").instructions.set(insn, new InsnNode(Opcodes.POP2));
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** The wall clock of the process counts, also where it is behind what has been. */
  private static void keepOwnTime(final ClassNode node) {
    int count = 0;
    for (final AbstractInsnNode insn : method(node, "restore").instructions.toArray()) {
      if (insn instanceof MethodInsnNode call && call.name.equals("max")) {
        method(node, "restore").instructions.set(insn, new InsnNode(Opcodes.POP2));
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** A restored shard does not wait for the others, nor for the mark. */
  private static void activateAtTheEnd(final ClassNode node) {
    int count = 0;
    for (final AbstractInsnNode insn : method(node, "finish").instructions.toArray()) {
      if (insn.getOpcode() == Opcodes.RETURN) {
        final InsnList activate = new InsnList();
        activate.add(new VarInsnNode(Opcodes.ALOAD, 0));
        activate.add(
            new FieldInsnNode(
                Opcodes.GETFIELD, node.name, "shard", "Lio/tally/engine/internal/Shard;"));
        activate.add(
            new MethodInsnNode(
                Opcodes.INVOKEVIRTUAL, "io/tally/engine/internal/Shard", "activate", "()V"));
        method(node, "finish").instructions.insertBefore(insn, activate);
        count++;
      }
    }
    assertEquals(1, count);
  }

  /** The hash of a key holds nothing of the service that it was used for. */
  private static void forgetTheService(final ClassNode node) {
    int count = 0;
    for (final var method : node.methods) {
      for (final AbstractInsnNode insn : method.instructions.toArray()) {
        if (insn instanceof MethodInsnNode call && call.name.equals("schemaId")) {
          final InsnList none = new InsnList();
          none.add(new InsnNode(Opcodes.POP2));
          none.add(new InsnNode(Opcodes.ICONST_0));
          method.instructions.insert(insn, none);
          method.instructions.remove(insn);
          count++;
        }
      }
    }
    assertEquals(1, count);
  }
}
