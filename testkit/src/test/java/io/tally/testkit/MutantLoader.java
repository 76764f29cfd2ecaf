package io.tally.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;

/** Loads our classes anew, one of them with other bytecode. */
final class MutantLoader extends ClassLoader {
  private static final String OURS = "io.tally.";

  private final Map<String, Consumer<ClassNode>> mutations;
  private int mutatedCount;

  /** Mutations by the name of their class. */
  MutantLoader(final Map<String, Consumer<ClassNode>> mutations) {
    super(MutantLoader.class.getClassLoader());
    this.mutations = mutations;
  }

  /** Whether all the mutated classes were used. */
  boolean isMutated() {
    return mutatedCount == mutations.size();
  }

  @SuppressWarnings("unchecked")
  LongFunction<List<String>> history(final String... faults) throws ReflectiveOperationException {
    final var constructor =
        loadClass(MutatedHistory.class.getName()).getDeclaredConstructor(String[].class);
    constructor.setAccessible(true);
    return (LongFunction<List<String>>) constructor.newInstance((Object) faults);
  }

  @Override
  protected Class<?> loadClass(final String name, final boolean resolve)
      throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      final Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      return name.startsWith(OURS) ? define(name) : super.loadClass(name, resolve);
    }
  }

  private Class<?> define(final String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      final Consumer<ClassNode> mutation = mutations.get(name);
      if (mutation != null) {
        mutatedCount++;
        final ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, 0);
        mutation.accept(node);
        final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        node.accept(writer);
        bytes = writer.toByteArray();
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
