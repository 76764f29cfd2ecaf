package io.tally.launcher;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads what the jar holds while it is still the jar that was started: who builds anew writes over
 * it, and a class that is met for the first time then, on the way of an error or of the stop, would
 * end the process.
 */
final class OwnClasses {
  private static final String CLASS = ".class";

  /** What no road of this program leads to, or what is loaded whole when NATS is connected. */
  private static final List<String> UNUSED =
      List.of(
          "META-INF/",
          "module-info",
          "org/bouncycastle/",
          "io/netty/channel/kqueue/",
          "io/netty/channel/local/",
          "io/netty/channel/pool/",
          "io/netty/handler/address/",
          "io/netty/handler/codec/compression/",
          "io/netty/handler/codec/http/cors/",
          "io/netty/handler/codec/http/multipart/",
          "io/netty/handler/codec/http/websocketx/",
          "io/netty/handler/codec/rtsp/",
          "io/netty/handler/codec/serialization/",
          "io/netty/handler/codec/spdy/",
          "io/netty/handler/ssl/",
          "io/netty/handler/timeout/",
          "io/netty/handler/traffic/",
          "io/netty/util/collection/Byte",
          "io/netty/util/collection/Char",
          "io/netty/util/collection/Long",
          "io/netty/util/collection/Short");

  private OwnClasses() {}

  /** Begins to load them, on a thread of its own; they are there when it has ended. */
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
      // It leans on a library that is not here, so nobody can use it.
      return;
    }
  }
}
