package io.tally.launcher;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Handles SIGINT, SIGTERM and SIGHUP; a signal that was ignored when the JVM started, as under
 * nohup, stays ignored. The JDK's own class for signals has no public API and its use is a compiler
 * warning, hence the reflection.
 */
final class Signals {
  /**
   * The exit code is this plus the signal's number: so shells report a process that a signal ended.
   */
  private static final int EXIT_BY_SIGNAL = 128;

  /** Some senders signal a process and then its group: that is still one signal. */
  private static final long SAME_SIGNAL_NS = 300_000_000L;

  private static final long NONE = Long.MIN_VALUE;

  private Signals() {}

  /**
   * The first signal runs onFirst, on a thread of the JVM; a second one ends the process at once.
   */
  static void onTermination(final Runnable onFirst) {
    try {
      final Class<?> signal = Class.forName("sun.misc.Signal");
      final Class<?> handler = Class.forName("sun.misc.SignalHandler");
      final Method number = signal.getMethod("getNumber");
      final AtomicLong firstNs = new AtomicLong(NONE);
      final InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            switch (method.getName()) {
              case "handle" -> {
                final long nowNs = System.nanoTime();
                if (firstNs.compareAndSet(NONE, nowNs)) {
                  onFirst.run();
                } else if (nowNs - firstNs.get() > SAME_SIGNAL_NS) {
                  Runtime.getRuntime().halt(EXIT_BY_SIGNAL + (int) number.invoke(arguments[0]));
                }
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
              Signals.class.getClassLoader(), new Class<?>[] {handler}, onSignal);
      for (final String name : new String[] {"INT", "TERM", "HUP"}) {
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
