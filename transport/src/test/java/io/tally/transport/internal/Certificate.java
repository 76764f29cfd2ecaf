package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A server's certificate that it signed itself, made by the JDK's keytool. */
final class Certificate {
  private static final String PASSWORD = "password";

  private final Path directory;
  private final KeyStore store;

  private Certificate(final Path directory, final KeyStore store) {
    this.directory = directory;
    this.store = store;
  }

  /** Something that a test does while the certificate is trusted. */
  interface Action {
    void run() throws IOException;
  }

  static Certificate make(final Path directory, final String name, final String subjects)
      throws IOException, GeneralSecurityException, InterruptedException {
    final Path file = directory.resolve("store.p12");
    final Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + subjects,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, keytool.waitFor());
    final KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(file)) {
      store.load(bytes, PASSWORD.toCharArray());
    }
    return new Certificate(directory, store);
  }

  String serverSettings() throws IOException, GeneralSecurityException {
    final Path key =
        pem("key.pem", "PRIVATE KEY", store.getKey("server", PASSWORD.toCharArray()).getEncoded());
    final Path certificate =
        pem("cert.pem", "CERTIFICATE", store.getCertificate("server").getEncoded());
    return "tls { cert_file: \"" + certificate + "\", key_file: \"" + key + "\" }\n";
  }

  private Path pem(final String name, final String kind, final byte[] bytes) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
            + "\n-----END "
            + kind
            + "-----\n");
  }

  /** Runs something in a JVM whose default is to trust this certificate, and no other. */
  void trusted(final Action action) throws IOException, GeneralSecurityException {
    final KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("server", store.getCertificate("server"));
    final TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trust);
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    final SSLContext before = SSLContext.getDefault();
    SSLContext.setDefault(context);
    try {
      action.run();
    } finally {
      SSLContext.setDefault(before);
    }
  }
}
