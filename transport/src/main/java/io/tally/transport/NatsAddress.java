package io.tally.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a NATS server is, and how this process logs in there.
 *
 * @param scheme one of nats, tls, opentls, ws and wss.
 * @param host name or address; an IPv6 address in brackets.
 * @param port of the server.
 * @param path of a WebSocket, or an empty string.
 * @param tlsName the name that the server's certificate has to bear.
 * @param login of this process.
 */
public record NatsAddress(
    String scheme, String host, int port, String path, String tlsName, NatsLogin login) {
  private static final int DEFAULT_PORT = 4222;
  private static final Pattern SCHEME =
      Pattern.compile("\\s*(nats|tls|opentls|ws|wss)://", Pattern.CASE_INSENSITIVE);
  private static final Pattern OTHER_SCHEME = Pattern.compile("\\s*[A-Za-z][A-Za-z0-9+.-]*://.*");
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+(?:%[\\w.-]+)?]|[\\w.-]+)(?::([0-9]{1,5}))?(/\\S*)?");
  private static final Pattern IP = Pattern.compile("[0-9.]+|\\[.*]");

  /**
   * Reads a list of URLs as people give it. Everything up to the last {@code @} of each URL is user
   * and password, or a token, whatever it contains; percent-escapes in it are decoded. A server
   * without credentials gets {@code login}, or else those of the first server that has some. If one
   * of the servers is to be met with TLS, all are. A comma always ends a URL, also in a password,
   * where it has to be escaped.
   *
   * @param urls separated by commas.
   * @param login for servers whose URL has none; may be {@link NatsLogin#NONE}.
   * @return at least one address.
   * @throws IllegalArgumentException if this is no such list; the message shows no secret.
   */
  public static List<NatsAddress> parse(final String urls, final NatsLogin login) {
    final List<NatsAddress> addresses = new ArrayList<>();
    final String[] parts = urls.split(",");
    for (int i = 0; i < parts.length; i++) {
      if (isCut(parts, i)) {
        throw new IllegalArgumentException(
            "a comma separates two NATS servers: write one in a password as %2C");
      }
      if (!parts[i].isBlank()) {
        addresses.add(parseOne(parts[i].strip()));
      }
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no NATS server is given");
    }
    final NatsLogin common =
        login != NatsLogin.NONE
            ? login
            : addresses.stream()
                .map(NatsAddress::login)
                .filter(given -> given != NatsLogin.NONE)
                .findFirst()
                .orElse(NatsLogin.NONE);
    final String secure =
        addresses.stream()
            .map(NatsAddress::scheme)
            .filter(scheme -> scheme.endsWith("tls"))
            .findFirst()
            .orElse("nats");
    addresses.replaceAll(address -> address.completed(secure, common));
    return List.copyOf(addresses);
  }

  private NatsAddress completed(final String secure, final NatsLogin common) {
    return new NatsAddress(
        scheme.equals("nats") ? secure : scheme,
        host,
        port,
        path,
        tlsName,
        login == NatsLogin.NONE ? common : login);
  }

  private static NatsAddress parseOne(final String url) {
    final Matcher start = SCHEME.matcher(url);
    final boolean hasScheme = start.lookingAt();
    if (!hasScheme && OTHER_SCHEME.matcher(url).matches()) {
      throw new IllegalArgumentException("a NATS URL starts with nats://, tls://, ws:// or wss://");
    }
    final String rest = hasScheme ? url.substring(start.end()) : url;
    final int at = rest.lastIndexOf('@');
    final Matcher server = SERVER.matcher(rest.substring(at + 1));
    final String scheme = hasScheme ? start.group(1).toLowerCase(Locale.ROOT) : "nats";
    if (!server.matches()) {
      throw new IllegalArgumentException(
          "'" + withoutSecrets(url) + "' is no NATS URL such as nats://127.0.0.1:4222");
    }
    final int port = server.group(2) == null ? DEFAULT_PORT : Integer.parseInt(server.group(2));
    final String path = server.group(3) == null || !scheme.startsWith("ws") ? "" : server.group(3);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("'" + hidden(url) + "': a port is 1 to 65535");
    }
    return new NatsAddress(
        scheme,
        server.group(1),
        port,
        path,
        server.group(1),
        at < 0 ? NatsLogin.NONE : login(rest.substring(0, at)));
  }

  private static NatsLogin login(final String userInfo) {
    final int colon = userInfo.indexOf(':');
    if (colon < 0) {
      final String token = decoded(userInfo);
      return NatsLogin.token(() -> token);
    }
    final String password = decoded(userInfo.substring(colon + 1));
    return NatsLogin.user(decoded(userInfo.substring(0, colon)), () -> password);
  }

  /** A percent sign that begins no escape stands for itself. */
  private static String decoded(final String text) {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      final int high = bytes[i] == '%' && i + 2 < bytes.length ? hexDigit(bytes[i + 1]) : -1;
      final int low = high < 0 ? -1 : hexDigit(bytes[i + 2]);
      bytes[length++] = low < 0 ? bytes[i] : (byte) (high << 4 | low);
      i += low < 0 ? 0 : 2;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static int hexDigit(final byte character) {
    return Character.digit(character, 16);
  }

  /**
   * A server that this one named. The same credentials and the same security apply to it, and where
   * it is named by its address alone, its certificate has to bear this one's name.
   *
   * @param hostAndPort as the server said.
   * @return its address.
   * @throws IllegalArgumentException if this is no host and port.
   */
  public NatsAddress discovered(final String hostAndPort) {
    final NatsAddress other = parseOne(hostAndPort);
    return new NatsAddress(
        scheme,
        other.host,
        other.port,
        path,
        IP.matcher(other.host).matches() ? tlsName : other.host,
        login);
  }

  /**
   * This server, of which any certificate is taken.
   *
   * @return the address; itself, if it is met without TLS.
   * @throws IllegalArgumentException for a WebSocket with TLS, of which that cannot be asked.
   */
  public NatsAddress unverified() {
    if (scheme.equals("wss")) {
      throw new IllegalArgumentException("wss:// cannot do without a certificate");
    }
    return scheme.equals("tls")
        ? new NatsAddress("opentls", host, port, path, tlsName, login)
        : this;
  }

  /**
   * Whether both are the same host and port.
   *
   * @param other to compare with.
   * @return true if they name one server.
   */
  public boolean isSameServer(final NatsAddress other) {
    return port == other.port && host.equalsIgnoreCase(other.host);
  }

  /**
   * The address for people and for a client library.
   *
   * @return a URL without credentials.
   */
  public String url() {
    return scheme + "://" + host + ':' + port + path;
  }

  @Override
  public String toString() {
    return url();
  }

  /**
   * Hides what a list of URLs may keep secret: everything up to the last {@code @} of each part
   * between commas, but for the scheme; and what is no server, since it may be a piece of a
   * password with a comma in it. The one function for it: logs, errors and pages show no URL that
   * did not pass here.
   *
   * @param urls separated by commas; need not be well-formed.
   * @return the same with {@code ***} in place of secrets.
   */
  public static String hidden(final String urls) {
    final boolean isOther = urls.indexOf('@') < 0 && !SCHEME.matcher(urls).find();
    return isOther ? urls : withoutSecrets(urls);
  }

  private static String withoutSecrets(final String urls) {
    final String[] parts = urls.split(",", -1);
    final String[] shown = parts.clone();
    boolean isCut = false;
    for (int i = 0; i < parts.length; i++) {
      final String part = parts[i];
      final int at = part.lastIndexOf('@');
      isCut = isCut(parts, i) || isCut && at < 0;
      if (isCut || at >= 0 || !endsWithServer(part)) {
        final boolean showsServer =
            !isCut && at >= 0 && (parts.length == 1 || endsWithServer(part));
        final int from = at < 0 ? schemeEnd(part) : Math.min(schemeEnd(part), at);
        shown[i] = part.substring(0, from) + "***" + (showsServer ? part.substring(at) : "");
      }
    }
    return String.join(",", shown);
  }

  /** Whether a comma has cut a password: what stands before it is no server. */
  private static boolean isCut(final String[] parts, final int index) {
    boolean isMore = false;
    for (int i = index + 1; i < parts.length; i++) {
      isMore |= parts[i].indexOf('@') >= 0;
    }
    return isMore && !endsWithServer(parts[index]);
  }

  private static boolean endsWithServer(final String part) {
    final int from = Math.max(schemeEnd(part), part.lastIndexOf('@') + 1);
    final String server = part.substring(from).strip();
    return server.isEmpty() || SERVER.matcher(server).matches();
  }

  private static int schemeEnd(final String part) {
    final Matcher start = SCHEME.matcher(part);
    return start.lookingAt() ? start.end() : 0;
  }
}
