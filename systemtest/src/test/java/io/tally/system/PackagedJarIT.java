package io.tally.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** The jar leaves out what nobody uses of a library, and must not leave out more. */
class PackagedJarIT {
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
