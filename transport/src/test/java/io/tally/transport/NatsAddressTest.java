package io.tally.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NatsAddressTest {
  private static List<NatsAddress> parse(final String urls) {
    return NatsAddress.parse(urls, NatsLogin.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret", "s@cret", "@", "@@", "s/cret", "://", "nats://x", "tls://x@", ":", "a:b", "s?c#r",
        "%zz", "%", "100%", "[::1]", "a b", "ä", "a//", "\\", "\"", "'", "***",
      })
  void shouldHideAndUnderstandAnyPassword(final String password) throws IOException {
    for (final String scheme : new String[] {"", "nats://", "tls://", "NATS://"}) {
      for (final String server : new String[] {"h", "h:1", "[::1]:4222", "10.0.0.1"}) {
        final String url = scheme + "app:" + password + "@" + server;
        assertEquals(scheme + "***@" + server, NatsAddress.hidden(url));
        assertEquals("h1," + scheme + "***@" + server, NatsAddress.hidden("h1," + url));
        assertEquals(scheme + "***@" + server + ",h1", NatsAddress.hidden(url + ",h1"));
        final NatsAddress address = parse(url).get(0);
        assertEquals("app", address.login().user());
        assertEquals(password, address.login().secret().read());
        assertFalse(address.toString().contains("@"), address::toString);
        assertEquals("user app", address.login().toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nats://p%40ss@h, p@ss",
    "nats://%2C@h, ','",
    "nats://a%2Cb%25@h, 'a,b%'",
    "nats://t+o@h, t+o",
    "nats://%C3%A4@h, ä"
  })
  void shouldDecodeTokens(final String url, final String token) throws IOException {
    final NatsLogin login = parse(url).get(0).login();
    assertEquals(NatsLogin.Kind.TOKEN, login.kind());
    assertEquals(token, login.secret().read());
    assertEquals("the token", login.shown());
  }

  @Test
  void shouldShowWhatHoldsNoSecret() {
    for (final String urls :
        List.of("nats://h1:4222", "h1,h2", "tls://h1,nats://[::1]:1", "", ",", "nats://")) {
      assertEquals(urls, NatsAddress.hidden(urls));
    }
  }

  @Test
  void shouldShowNoPieceOfAPasswordThatACommaHasCut() {
    final Map<String, String> shown =
        Map.of(
            "nats://app:to,psecret@h", "nats://***,***@h",
            "app:top,se,cret@h", "***,***,***@h",
            "h1:4222,nats://app:top,secret@h2,h3:1", "h1:4222,nats://***,***@h2,h3:1",
            "nats://app:t@p!,secret@h", "nats://***,***@h",
            "nats://app:topsecret", "nats://***");
    shown.forEach(
        (urls, hidden) -> {
          assertEquals(hidden, NatsAddress.hidden(urls));
          final String message =
              assertThrows(IllegalArgumentException.class, () -> parse(urls)).getMessage();
          for (final String secret : List.of("app:", "to,", "top", "secret", "cret", "p!")) {
            assertFalse(message.contains(secret), message);
          }
          assertEquals(urls.contains(","), message.contains("%2C"), message);
        });
  }

  @Test
  void shouldNotShowAPasswordWithoutItsServer() {
    final String message =
        assertThrows(IllegalArgumentException.class, () -> parse("app:topsecret")).getMessage();
    assertEquals("'***' is no NATS URL such as nats://127.0.0.1:4222", message);
    assertEquals("10%", NatsAddress.hidden("10%"), "which is no URL");
  }

  @ParameterizedTest
  @CsvSource({
    "h, nats://h:4222",
    "nats://h:1, nats://h:1",
    "NATS://h/, nats://h:4222",
    "[::1], nats://[::1]:4222",
    "tls://[fe80::1%eth0]:7, tls://[fe80::1%eth0]:7",
    "ws://h:80/path, ws://h:80/path",
    "' nats://10.0.0.1 ', nats://10.0.0.1:4222",
  })
  void shouldReadServers(final String url, final String shown) {
    assertEquals(shown, parse(url).get(0).url());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "http://h",
        "nats://",
        "nats://u:topsecret@",
        "nats://u:topsecret@h:0",
        "nats://u:topsecret@h:65536",
        "nats://u:topsecret@h:x",
        "u:topsecret@::1",
        "nats://h h",
        "nats://u:topsecret@h:4222x",
        "mqtt://u:topsecret@h"
      })
  void shouldRefuseOthersWithoutTheirSecrets(final String urls) {
    final String message =
        assertThrows(IllegalArgumentException.class, () -> parse(urls)).getMessage();
    assertFalse(message.contains("topsecret"), message);
  }

  @Test
  void shouldGiveServersWithoutCredentialsThoseOfTheOthers() {
    final List<NatsAddress> mixed = parse("nats://h1,app:secret@h2,other:secret@h3");
    assertEquals("user app", mixed.get(0).login().shown());
    assertEquals("user app", mixed.get(1).login().shown());
    assertEquals("user other", mixed.get(2).login().shown());
    final NatsLogin login = NatsLogin.user("file", () -> "secret");
    final List<NatsAddress> given = NatsAddress.parse("h1,app:secret@h2", login);
    assertEquals("user file", given.get(0).login().shown());
    assertEquals("user app", given.get(1).login().shown());
    assertEquals(NatsLogin.NONE, parse("h1").get(0).login());
  }

  @Test
  void shouldMeetAllServersOfAListWithTlsIfOne() {
    assertEquals(
        List.of("tls://h1:4222", "tls://h2:4222", "wss://h3:4222"),
        parse("h1,tls://h2,wss://h3").stream().map(NatsAddress::url).toList());
    assertEquals("opentls://h1:4222", parse("tls://h1").get(0).unverified().url());
    assertEquals("nats://h1:4222", parse("nats://h1").get(0).unverified().url());
    assertThrows(IllegalArgumentException.class, () -> parse("wss://h").get(0).unverified());
  }

  @Test
  void shouldReadASecretFromItsFileEachTime(@TempDir final Path directory) throws IOException {
    final Path file = Files.writeString(directory.resolve("password"), "first\n");
    final NatsLogin.Secret secret = NatsLogin.Secret.inFile(file);
    assertEquals("first", secret.read());
    Files.writeString(file, "p@s s\r\nsecond line");
    assertEquals("p@s s", secret.read());
    Files.delete(file);
    final String message = assertThrows(IOException.class, secret::read).getMessage();
    assertEquals("cannot read " + file + " (NoSuchFileException)", message);
  }
}
