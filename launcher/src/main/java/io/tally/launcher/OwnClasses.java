package io.tally.launcher;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads the classes of the jar at the start. A new build may write over the jar while this process
 * runs; a class that is first needed after that, for an error or for the stop, could not be loaded,
 * and would end the process.
 */
final class OwnClasses {
  private static final String CLASS = ".class";

  /**
   * Classes that a server never uses, or no more, or that are loaded all together when NATS is
   * connected.
   */
  private static final List<String> UNUSED =
      List.of(
          "META-INF/",
          "module-info",
          "com/dynatrace/hash4j/consistent/",
          "com/dynatrace/hash4j/distinctcount/",
          "com/dynatrace/hash4j/similarity/",
          "com/lmax/disruptor/dsl/",
          "io/netty/util/collection/Byte",
          "io/netty/util/collection/Char",
          "io/netty/util/collection/Long",
          "io/netty/util/collection/Short",
          "org/agrona/generation/",
          "org/bouncycastle/",
          "picocli/");

  private OwnClasses() {}

  /**
   * Begins to load the classes, on a thread of its own. They are loaded when the thread has ended.
   */
  static Thread startLoading() {
    final Thread thread = new Thread(OwnClasses::load, "tally-class-loader");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void load() {
    final ClassLoader loader = OwnClasses.class.getClassLoader();
    try {
      final File file =
          new File(OwnClasses.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!file.isFile()) {
        return;
      }
      try (JarFile jar = new JarFile(file)) {
        for (final JarEntry entry : Collections.list(jar.entries())) {
          final String name = entry.getName();
          if (name.endsWith(CLASS) && UNUSED.stream().noneMatch(name::startsWith)) {
            load(name.substring(0, name.length() - CLASS.length()).replace('/', '.'), loader);
          }
        }
      }
    } catch (final IOException | URISyntaxException fault) {
      Log.warn("not all classes could be loaded ahead", "reason", fault);
    }
  }

  private static void load(final String name, final ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
    } catch (final ClassNotFoundException | LinkageError optional) {
      // The class needs a library that is not here, so nobody can use it.
      return;
    }
  }
}
