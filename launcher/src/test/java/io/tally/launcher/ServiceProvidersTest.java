package io.tally.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.example.turnstile.Turnstile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class paths that offer services which cannot be hosted. */
class ServiceProvidersTest {
  private static final List<String> TURNSTILE = List.of("turnstile");

  @TempDir private Path jar;

  /** Offers what is on the class path already, once more. */
  public static final class SecondTurnstile implements ServiceProvider {
    @Override
    public HostedService service() {
      return Turnstile.hosted();
    }
  }

  /** What is wrong with the service if this provider is named beside what is there already. */
  private String faultBeside(final String provider) throws IOException {
    final Path names = jar.resolve("META-INF/services/" + ServiceProvider.class.getName());
    Files.createDirectories(names.getParent());
    Files.writeString(names, provider + "\n");
    final Thread thread = Thread.currentThread();
    final ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader with = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(with);
      final String fault = ServiceProviders.fault(TURNSTILE);
      if (fault != null) {
        assertThrows(
            IllegalArgumentException.class, () -> ServiceProviders.named(TURNSTILE), fault);
      }
      return fault;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void shouldSayThatTwoServicesHaveOneName() throws IOException {
    assertEquals(
        "--service: two services on the class path are named 'turnstile'",
        faultBeside(SecondTurnstile.class.getName()));
  }

  @Test
  void shouldSayWhichProviderIsBroken() throws IOException {
    assertBroken("org.example.None", "org.example.None");
    final String self = ServiceProvidersTest.class.getName();
    assertBroken(self, self);
    assertBroken("no name", jar.toString());
  }

  private void assertBroken(final String provider, final String said) throws IOException {
    final String fault = faultBeside(provider);
    assertTrue(fault.startsWith("--service: the class path has a broken provider: "), () -> fault);
    assertTrue(fault.contains(said), () -> fault);
  }

  @Test
  void shouldTakeAProviderOnceThatIsNamedTwice() throws IOException {
    assertNull(faultBeside(Turnstile.Provider.class.getName()));
  }
}
