package io.tally.launcher;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Handles SIGINT and SIGTERM. The JDK's own class for signals has no public API and its use is a
 * compiler warning, hence the reflection.
 */
final class Signals {
  private static final int EXIT_AT_ONCE = 130;

  private Signals() {}

  /**
   * The first signal runs onFirst, on a thread of the JVM; a second one ends the process at once.
   */
  static void onTermination(final Runnable onFirst) {
    try {
      final Class<?> signal = Class.forName("sun.misc.Signal");
      final Class<?> handler = Class.forName("sun.misc.SignalHandler");
      final boolean[] seen = new boolean[1];
      final InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            switch (method.getName()) {
              case "handle" -> {
                synchronized (seen) {
                  if (seen[0]) {
                    Runtime.getRuntime().halt(EXIT_AT_ONCE);
                  }
                  seen[0] = true;
                }
                onFirst.run();
                return null;
              }
              case "equals" -> {
                return proxy == arguments[0];
              }
              case "hashCode" -> {
                return System.identityHashCode(proxy);
              }
              default -> {
                return "termination";
              }
            }
          };
      final Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader() == null
                  ? Signals.class.getClassLoader()
                  : handler.getClassLoader(),
              new Class<?>[] {handler},
              onSignal);
      for (final String name : new String[] {"INT", "TERM"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (final ReflectiveOperationException | IllegalArgumentException unsupported) {
      // Without signal handlers the JVM's own ones end the process, with their exit code.
      Runtime.getRuntime().addShutdownHook(new Thread(onFirst, "tally-shutdown"));
    }
  }
}
