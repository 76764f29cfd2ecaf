package io.tally.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Mistakes in bytecode, and whether the simulation notices them. */
final class Mutations {
  private static final int SEED_LIMIT = 1_000;

  private Mutations() {}

  static void assertCaught(
      final String name,
      final String guard,
      final String className,
      final Consumer<ClassNode> mutation,
      final String... faults) {
    assertCaught(name, guard, Map.of(className, mutation), faults);
  }

  static void assertCaught(
      final String name,
      final String guard,
      final Map<String, Consumer<ClassNode>> mutations,
      final String... faults) {
    final MutantLoader loader = new MutantLoader(mutations);
    final LongFunction<List<String>> history;
    try {
      history = loader.history(faults);
    } catch (final ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
    for (long seed = 1; seed <= SEED_LIMIT; seed++) {
      if (history.apply(seed).stream().anyMatch(violation -> violation.startsWith(guard))) {
        assertTrue(loader.isMutated());
        System.out.printf("mutant %-36s caught after %4d histories%n", name, seed);
        return;
      }
    }
    assertTrue(loader.isMutated(), mutations.keySet() + " were loaded in no history");
    fail(name + " was not caught in " + SEED_LIMIT + " histories");
  }

  static MethodNode method(final ClassNode node, final String name) {
    return node.methods.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow();
  }

  /** The method does nothing but return this. */
  static Consumer<ClassNode> returns(final String name, final Object value) {
    return node -> {
      int count = 0;
      for (final MethodNode method : node.methods) {
        if (method.name.equals(name)) {
          count++;
          final InsnList body = new InsnList();
          if (value != null) {
            body.add(new LdcInsnNode(value));
          }
          body.add(new InsnNode(Type.getReturnType(method.desc).getOpcode(Opcodes.IRETURN)));
          method.instructions = body;
          method.tryCatchBlocks.clear();
          method.localVariables.clear();
        }
      }
      assertEquals(1, count, name);
    };
  }

  /** Has whatever is compared with one of these equal it in this method. */
  static Consumer<ClassNode> neverDiffers(final String name, final String... operands) {
    return node -> {
      int count = 0;
      for (final MethodNode method : node.methods) {
        if (!method.name.equals(name)) {
          continue;
        }
        for (final AbstractInsnNode insn : method.instructions.toArray()) {
          if (insn.getOpcode() == Opcodes.LCMP && isOperand(insn, List.of(operands))) {
            makeEqual(method, insn);
            count++;
          }
        }
      }
      assertEquals(operands.length, count, name);
    };
  }

  static void makeEqual(final MethodNode method, final AbstractInsnNode comparison) {
    final InsnList equal = new InsnList();
    equal.add(new InsnNode(Opcodes.POP2));
    equal.add(new InsnNode(Opcodes.POP2));
    equal.add(new InsnNode(Opcodes.ICONST_0));
    method.instructions.insert(comparison, equal);
    method.instructions.remove(comparison);
  }

  /** Whether it was read right before the comparison, or before the local variable that was. */
  static boolean isOperand(final AbstractInsnNode comparison, final List<String> names) {
    AbstractInsnNode read = comparison.getPrevious();
    if (read instanceof VarInsnNode) {
      read = read.getPrevious();
    }
    return read instanceof FieldInsnNode field && names.contains(field.name)
        || read instanceof MethodInsnNode call && names.contains(call.name);
  }
}
