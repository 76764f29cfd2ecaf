package io.tally.launcher;

import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say where NATS is, and how this process logs in. */
final class NatsSettings {
  private static final String VARIABLE = "NATS_URL";

  @Option(
      names = "--nats",
      paramLabel = "URL,...",
      description =
          "NATS servers to use, such as nats://127.0.0.1:4222 or tls://nats.example (default: the variable"
              + " NATS_URL). Servers that these name are used too, with the same credentials and the same TLS.")
  String url;

  @Option(
      names = "--nats-server",
      paramLabel = "PATH",
      description =
          "nats-server binary to start when no server is given (default: the one on PATH).")
  Path server;

  @Option(
      names = "--nats-user",
      paramLabel = "NAME",
      description = "User of the NATS servers whose URL names none.")
  String user;

  @Option(
      names = "--nats-password-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the user's password, read for each connection; or set the variable"
              + " TALLY_NATS_PASSWORD.")
  Path passwordFile;

  @Option(names = "--nats-password", hidden = true)
  String password;

  @Option(
      names = "--nats-token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is a token instead of user and password; or set TALLY_NATS_TOKEN.")
  Path tokenFile;

  @Option(names = "--nats-token", hidden = true)
  String token;

  @Option(
      names = "--nats-creds",
      paramLabel = "FILE",
      description = "Credentials file (JWT and key, as nsc writes it) instead of the above.")
  Path credentials;

  @Option(
      names = "--nats-tls-skip-verify",
      description =
          "Take any certificate of a NATS server. Without it tls:// checks that it is trusted and bears the"
              + " server's name, and opentls:// is refused.")
  boolean skipVerify;

  /** Whether a server to use was given. */
  boolean isGiven() {
    return urls() != null;
  }

  /** The servers as given, without secrets. */
  String shownUrl() {
    return NatsAddress.hidden(urls());
  }

  private String urls() {
    final String given = isGiven(url) ? url : System.getenv(VARIABLE);
    return isGiven(given) ? given : null;
  }

  private static boolean isGiven(final String text) {
    return text != null && !text.isBlank();
  }

  /** What is wrong with the values, or null. */
  String fault() {
    if (server != null && !(Files.isExecutable(server) && !Files.isDirectory(server))) {
      return "--nats-server: '" + server + "' is not an executable file";
    }
    final String unreadable =
        Stream.of(
                unreadable("--nats-password-file", passwordFile),
                unreadable("--nats-token-file", tokenFile),
                unreadable("--nats-creds", credentials))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    if (unreadable != null) {
      return unreadable;
    }
    if (password != null && passwordFile != null) {
      return "give one of --nats-password-file and TALLY_NATS_PASSWORD";
    }
    if (token != null && tokenFile != null) {
      return "give one of --nats-token-file and TALLY_NATS_TOKEN";
    }
    final long kinds =
        Stream.of(user != null, hasToken(), credentials != null).filter(given -> given).count();
    if (kinds > 1) {
      return "give one of --nats-user, --nats-token-file and --nats-creds";
    }
    if (user == null && hasPassword() || user != null && !hasPassword()) {
      return "--nats-user and --nats-password-file (or TALLY_NATS_PASSWORD) belong together";
    }
    try {
      if (isGiven()) {
        addresses();
      }
      return null;
    } catch (final IllegalArgumentException fault) {
      return (isGiven(url) ? "--nats" : VARIABLE) + ": " + fault.getMessage();
    }
  }

  private static String unreadable(final String option, final Path file) {
    return file == null || Files.isReadable(file) && !Files.isDirectory(file)
        ? null
        : option + ": '" + file + "' cannot be read";
  }

  private boolean hasPassword() {
    return password != null || passwordFile != null;
  }

  private boolean hasToken() {
    return token != null || tokenFile != null;
  }

  /** The servers given, all with the credentials to use. */
  List<NatsAddress> addresses() {
    final List<NatsAddress> addresses = NatsAddress.parse(urls(), login());
    final boolean open = addresses.stream().anyMatch(address -> address.scheme().equals("opentls"));
    if (open && !skipVerify) {
      throw new IllegalArgumentException(
          "opentls:// takes any certificate; use tls://, or add --nats-tls-skip-verify");
    }
    return skipVerify ? addresses.stream().map(NatsAddress::unverified).toList() : addresses;
  }

  private NatsLogin login() {
    if (credentials != null) {
      return NatsLogin.credentialsFile(credentials);
    }
    if (hasToken()) {
      return NatsLogin.token(secret(tokenFile, token));
    }
    return user != null ? NatsLogin.user(user, secret(passwordFile, password)) : NatsLogin.NONE;
  }

  private static NatsLogin.Secret secret(final Path file, final String value) {
    return file != null ? NatsLogin.Secret.inFile(file) : () -> value;
  }
}
