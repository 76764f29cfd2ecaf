package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** The jar leaves out what nobody uses of a library, and must not leave out more. */
class PackagedJarIT {
  /** A class, one that it refers to, and where that is; both may begin with a version of Java. */
  private static final Pattern REFERENCE =
      Pattern.compile("\\s+(?:\\d+/)?(\\S+)\\s+-> (?:\\d+/)?(\\S+)\\s+(\\S.*)");

  private static final List<String> ROOTS = List.of("io.tally.", "io.nats.");

  /** Other libraries that are not there are for programs that bring them. */
  private static final List<String> PARTS = List.of("io.netty.", "org.bouncycastle.");

  @Test
  void shouldHoldWhateverItsClassesReach() {
    final Map<String, Set<String>> references = new HashMap<>();
    final Set<String> absent = new HashSet<>();
    jdeps()
        .lines()
        .map(REFERENCE::matcher)
        .filter(Matcher::matches)
        .forEach(
            line -> {
              references.computeIfAbsent(line.group(1), from -> new HashSet<>()).add(line.group(2));
              if (line.group(3).equals("not found")) {
                absent.add(line.group(2));
              }
            });
    final Set<String> reached = new HashSet<>();
    final ArrayDeque<String> next = new ArrayDeque<>();
    references.keySet().stream().filter(name -> isIn(ROOTS, name)).forEach(next::add);
    while (!next.isEmpty()) {
      final String name = next.remove();
      if (reached.add(name)) {
        next.addAll(references.getOrDefault(name, Set.of()));
      }
    }
    assertTrue(absent.contains("org.slf4j.Logger"));
    assertTrue(reached.contains("io.netty.buffer.ByteBuf"));
    assertTrue(reached.contains("org.bouncycastle.math.ec.rfc8032.Ed25519"));
    reached.retainAll(absent);
    reached.removeIf(name -> !isIn(PARTS, name));
    assertEquals(Set.of(), new TreeSet<>(reached));
  }

  private static boolean isIn(final List<String> packages, final String name) {
    return packages.stream().anyMatch(name::startsWith);
  }

  private static String jdeps() {
    final StringWriter out = new StringWriter();
    final PrintWriter writer = new PrintWriter(out, true);
    final int exitCode =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                writer,
                writer,
                "--multi-release=17",
                "-v",
                "-filter:none",
                TallyJar.packaged().toString());
    assertEquals(0, exitCode, out::toString);
    return out.toString();
  }

  @Test
  void shouldSignWithTheKeyOfACredentialsFile() throws Exception {
    final URL[] jar = {TallyJar.packaged().toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(jar, ClassLoader.getPlatformClassLoader())) {
      final Class<?> keys = loader.loadClass("io.nats.client.NKey");
      final Object user =
          keys.getMethod("createUser", java.security.SecureRandom.class)
              .invoke(null, (Object) null);
      final Object seed = keys.getMethod("getSeed").invoke(user);
      final Object read = keys.getMethod("fromSeed", char[].class).invoke(null, seed);
      final byte[] nonce = "nonce".getBytes(UTF_8);
      final byte[] signature = (byte[]) keys.getMethod("sign", byte[].class).invoke(read, nonce);
      assertEquals(64, signature.length);
      final var verify = keys.getMethod("verify", byte[].class, byte[].class);
      assertEquals(true, verify.invoke(user, nonce, signature));
      signature[0] ^= 1;
      assertEquals(false, verify.invoke(user, nonce, signature));
    }
  }
}
