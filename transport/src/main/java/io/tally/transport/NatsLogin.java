package io.tally.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How this process logs in to a NATS server. What is read from a file is read for each connection
 * anew, so that a secret can be replaced in place.
 *
 * @param kind of the credentials.
 * @param user name of the user, or path of the credentials file, or an empty string.
 * @param secret gives the password or token.
 */
public record NatsLogin(Kind kind, String user, Secret secret) {
  /** No credentials: a server that asks for them refuses. */
  public static final NatsLogin NONE = new NatsLogin(Kind.NONE, "", () -> "");

  /** Kinds of credentials. */
  public enum Kind {
    /** No credentials. */
    NONE,
    /** A name and a password. */
    PASSWORD,
    /** A token. */
    TOKEN,
    /** A file with a user's JWT and key, as {@code nsc} writes it. */
    CREDENTIALS_FILE
  }

  /** A secret, which no message may show. */
  @FunctionalInterface
  public interface Secret {
    /**
     * Reads the secret.
     *
     * @return the secret.
     * @throws IOException if its file cannot be read; the message names the file.
     */
    String read() throws IOException;

    /**
     * A secret that stands in the first line of a file.
     *
     * @param file to read each time.
     * @return the secret.
     */
    static Secret inFile(final Path file) {
      return () -> {
        try {
          return Files.readString(file).lines().findFirst().orElse("");
        } catch (final IOException e) {
          throw new IOException("cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
      };
    }
  }

  /**
   * A user with a password.
   *
   * @param name of the user.
   * @param password of the user.
   * @return the login.
   */
  public static NatsLogin user(final String name, final Secret password) {
    return new NatsLogin(Kind.PASSWORD, name, password);
  }

  /**
   * A token.
   *
   * @param token to show.
   * @return the login.
   */
  public static NatsLogin token(final Secret token) {
    return new NatsLogin(Kind.TOKEN, "", token);
  }

  /**
   * A credentials file.
   *
   * @param file with the user's JWT and key.
   * @return the login.
   */
  public static NatsLogin credentialsFile(final Path file) {
    return new NatsLogin(Kind.CREDENTIALS_FILE, file.toString(), () -> "");
  }

  /**
   * Names the login.
   *
   * @return a few words without the secret, such as "user app".
   */
  public String shown() {
    return switch (kind) {
      case NONE -> "nobody (no credentials were given)";
      case PASSWORD -> "user " + user;
      case TOKEN -> "the token";
      case CREDENTIALS_FILE -> user;
    };
  }

  @Override
  public String toString() {
    return shown();
  }
}
