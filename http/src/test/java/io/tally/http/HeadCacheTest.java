package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tally.edge.internal.Exchange;
import io.tally.edge.internal.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HeadCacheTest {
  private static final PathId ID = ScriptedCounters.ID;
  private static final String LINES = "Host: t\r\nContent-Length: 12\r\n\r\n";
  private static final String REQUEST =
      "POST /counter/c/increment HTTP/1.1\r\n" + LINES + "{\"amount\":7}";

  /** What the rows were asked, and what was refused. */
  private final List<String> seen = new ArrayList<>();

  private final List<Throwable> errors = new ArrayList<>();
  private final HttpProtocol protocol = protocol();

  private HttpProtocol protocol() {
    final IntegerParameter amount =
        IntegerParameter.member(
            "amount", Long.MIN_VALUE, Long.MAX_VALUE, 1, ProblemTypes.INVALID_JSON);
    final List<Endpoint> rows =
        List.of(
            row(Endpoint.post("/counter/{id}/increment", "")).members(amount).keyed(),
            row(Endpoint.put("/counter/{id}", "")).members(amount),
            row(Endpoint.delete("/counter/{id}", "")),
            row(Endpoint.get("/counter/{id}", "")),
            Endpoint.get("/readyz", "").calls(this::onRequest));
    final List<Refusal> refusals = new ArrayList<>();
    rows.forEach(row -> refusals.addAll(row.refusals()));
    return new HttpProtocol(
        0,
        new EndpointTable(rows, () -> true),
        1_024,
        new ResponseCounters(1, refusals),
        errors::add,
        SystemEpochClock.INSTANCE);
  }

  private Endpoint row(final Endpoint row) {
    return row.id(ID).conditional().calls(this::onRequest);
  }

  private void onRequest(final Request request, final HttpExchange exchange) {
    seen.add(
        request.endpoint.verb
            + " "
            + request.endpoint.path
            + " "
            + new String(exchange.id(), 0, exchange.idLength(), ISO_8859_1)
            + " head "
            + exchange.head
            + " old "
            + exchange.oldVersion
            + " amount "
            + (request.membersGiven() == 0 ? "none" : request.member(0))
            + " key "
            + new String(request.idempotencyKey(), 0, request.idempotencyKeyLength(), ISO_8859_1)
            + " "
            + request.precondition().kind()
            + " "
            + request.headers.names());
  }

  /** A connection that takes all that comes until a request is the last one. */
  private final class Client implements Intake {
    private final RequestDecoder decoder = new RequestDecoder(protocol, this);
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder);
    private boolean done;

    void send(final String bytes) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
    }

    /** So that the decoder has seen a part of each head before the rest comes. */
    void sendByteByByte(final String bytes) {
      for (int i = 0; i < bytes.length(); i++) {
        send(bytes.substring(i, i + 1));
      }
    }

    @Override
    public boolean tryRead() {
      return true;
    }

    @Override
    public boolean isLate() {
      return false;
    }

    @Override
    public boolean isDone() {
      return done;
    }

    @Override
    public void onDiscarded(final int bytes) {}

    @Override
    public void onHeadBegun() {}

    @Override
    public void onBodyBegun(final byte[] goAhead) {}

    @Override
    public void onBodyBytes() {}

    @Override
    public void onRequest(final boolean last) {
      final HttpExchange exchange = exchange();
      final int before = seen.size();
      decoder.dispatch(exchange);
      if (seen.size() == before) {
        seen.add(exchange.refusal == null ? "page" : exchange.refusal.toString());
      }
      if (last) {
        seen.add("last");
        done = true;
      }
    }

    @Override
    public Exchange onUnreadable() {
      done = true;
      return exchange();
    }

    private HttpExchange exchange() {
      final HttpExchange exchange = new HttpExchange(protocol);
      exchange.reset();
      return exchange;
    }

    @Override
    public void onUnreadableAnswered() {
      seen.add("unreadable");
    }

    @Override
    public void onError(final Throwable error) {
      errors.add(error);
    }
  }

  /** Whether the request is read by the cache; nothing is if not. */
  private boolean isKnown(final String request) {
    final ByteBuf in = Unpooled.copiedBuffer(request, ISO_8859_1);
    final boolean known = protocol.heads().read(in);
    assertEquals(known ? request.length() : 0, in.readerIndex());
    return known;
  }

  private void learn(final String request) {
    final Client client = new Client();
    client.send(request);
    client.send(request);
  }

  @Test
  void linesThatHaveComeTwiceAreKnownFromThenOn() {
    final Client client = new Client();
    client.send(REQUEST);
    assertFalse(isKnown(REQUEST));
    client.send(REQUEST);
    assertTrue(isKnown(REQUEST));
    final HeadCache heads = protocol.heads();
    assertEquals(Verb.POST, heads.verb());
    assertEquals("/counter/c/increment", text(heads.targetStart(), heads.targetEnd()));
    assertEquals("{\"amount\":7}", text(heads.bodyStart(), heads.bodyStart() + heads.bodyLength()));
    assertFalse(heads.isLast());
    assertEquals("t", heads.headers().get("host"));
    assertTrue(isKnown("PUT /counter/another HTTP/1.1\r\n" + LINES + "{\"amount\":8}"));
    new Client().send("POST /counter/d/increment HTTP/1.1\r\n" + LINES + "{\"amount\":9}");
    assertEquals(3, seen.size());
    assertTrue(seen.get(2).contains(" d head false old false amount 9 "), seen.toString());
  }

  private String text(final int start, final int end) {
    return new String(protocol.heads().bytes(), start, end - start, ISO_8859_1);
  }

  @Test
  void aRequestIsReadOnlyIfItIsThereInFull() {
    learn(REQUEST);
    for (int length = 1; length < REQUEST.length(); length++) {
      assertFalse(isKnown(REQUEST.substring(0, length)), "length " + length);
    }
    assertTrue(isKnown(REQUEST));
  }

  @Test
  void linesOfWhichOneByteIsAnotherAreNotKnown() {
    learn(REQUEST);
    final int start = REQUEST.indexOf("Host");
    for (int i = start; i < start + LINES.length(); i++) {
      for (int other = 0; other < 256; other++) {
        if (other != REQUEST.charAt(i)) {
          assertFalse(isKnown(REQUEST.substring(0, i) + (char) other + REQUEST.substring(i + 1)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "post /counter/c/increment HTTP/1.1\r\n",
        "POST  /counter/c/increment HTTP/1.1\r\n",
        "POST\t/counter/c/increment HTTP/1.1\r\n",
        "POST /counter/c/increment  HTTP/1.1\r\n",
        "POST /counter/c/increment HTTP/1.0\r\n",
        "POST /counter/c/increment HTTP/1.1 \r\n",
        "POST /counter/c/increment HTTP/1.1\n",
        "POST /counter/c/increment HTTP/1.1\r",
        "POST /counter/c/increment?a HTTP/1.1\r\n",
        "POST /counter/c/increment#a HTTP/1.1\r\n",
        "POST /counter/\u0001/increment HTTP/1.1\r\n",
        "POST /counter/\u007f/increment HTTP/1.1\r\n",
        "POST /counter/\u00e9/increment HTTP/1.1\r\n",
        "POST http://t/counter/c/increment HTTP/1.1\r\n",
        "POST * HTTP/1.1\r\n",
        "\r\nPOST /counter/c/increment HTTP/1.1\r\n",
        "POST /counter/c/increment HTTP/1.1\r\n\r\n",
        ""
      })
  void requestLinesThatAreNotPlainAreLeftToTheDecoder(final String line) {
    learn(REQUEST);
    assertFalse(isKnown(line + LINES + "{\"amount\":7}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Host: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}",
        "Host: t\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Length: 2\r\n\r\n{}",
        "Host: t\r\nContent-Length: 2\r\n folded\r\n\r\n{}"
      })
  void linesThatAreRefusedOrCallForMoreAreNotKept(final String rest) {
    final String request = "POST /counter/c/increment HTTP/1.1\r\n" + rest;
    for (int i = 0; i < 3; i++) {
      new Client().send(request);
    }
    assertFalse(isKnown(request));
  }

  @Test
  void whatIsKeptIsBounded() {
    final String line = "GET /counter/c HTTP/1.1\r\nHost: t\r\n";
    final String many = line + "A: b\r\n".repeat(15);
    learn(many + "\r\n");
    assertTrue(isKnown(many + "\r\n"));
    learn(many + "A: b\r\n\r\n");
    assertFalse(isKnown(many + "A: b\r\n\r\n"));
    final String longest = line + "A: " + "b".repeat(496) + "\r\n\r\n";
    learn(longest);
    assertTrue(isKnown(longest));
    final String longer = line + "A: " + "b".repeat(1_024) + "\r\n\r\n";
    learn(longer);
    assertFalse(isKnown(longer));
    for (int i = 0; i < 1_000; i++) {
      learn(line + "A: " + i + "\r\n\r\n");
    }
    int known = 0;
    for (int i = 0; i < 1_000; i++) {
      known += isKnown(line + "A: " + i + "\r\n\r\n") ? 1 : 0;
    }
    assertTrue(known > 32 && known <= 64, "known " + known);
  }

  @Test
  void anyStreamMeansTheSameWithAndWithoutIt() {
    final SplittableRandom random = new SplittableRandom(20_261_201);
    int known = 0;
    for (int i = 0; i < 5_000; i++) {
      final String stream = stream(random);
      seen.clear();
      new Client().sendByteByByte(stream);
      final List<String> expected = List.copyOf(seen);
      // Its lines may be known from now on.
      new Client().send(stream);
      seen.clear();
      new Client().send(stream);
      assertEquals(expected, seen, stream);
      seen.clear();
      final Client halves = new Client();
      final int cut = random.nextInt(stream.length());
      halves.send(stream.substring(0, cut));
      halves.send(stream.substring(cut));
      assertEquals(expected, seen, stream);
      known += protocol.heads().read(Unpooled.copiedBuffer(stream, ISO_8859_1)) ? 1 : 0;
    }
    assertTrue(known > 500, "known " + known);
    assertEquals(List.of(), errors);
  }

  private static String stream(final SplittableRandom random) {
    final StringBuilder stream = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      stream.append(any(random, "POST ", "POST ", "GET ", "PUT ", "DELETE ", "HEAD ", "OPTIONS "));
      stream.append(
          any(
              random,
              "/counter/c/increment",
              "/counter/c%20d/increment",
              "/counter/c",
              "/readyz",
              "/",
              "/counter/c?a=b",
              "http://t/counter/c",
              "/nothing"));
      stream.append(random.nextInt(12) == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
      stream.append(random.nextInt(12) == 0 ? "" : "Host: t\r\n");
      final String body = any(random, "", "", "{}", "{\"amount\":7}", "{\"amount\":\"a\"}");
      final boolean chunked = random.nextInt(12) == 0;
      if (chunked) {
        stream.append("Transfer-Encoding: chunked\r\n");
      } else if (!body.isEmpty() || random.nextInt(4) == 0) {
        stream.append("Content-Length: ").append(body.length()).append("\r\n");
      }
      for (int lines = random.nextInt(3); lines > 0; lines--) {
        stream.append(
            any(
                random,
                "Idempotency-Key: k\r\n",
                "If-Match: *\r\n",
                "If-None-Match: \"1-2\"\r\n",
                "Accept: */*\r\n",
                "User-Agent: any\r\n",
                "Expect: 100-continue\r\n",
                "Content-Type: application/json\r\n",
                "Content-Encoding: gzip\r\n",
                "Connection: close\r\n",
                "Content-Length: 1\r\n",
                " folded\r\n"));
      }
      stream.append("\r\n");
      stream.append(
          chunked && !body.isEmpty()
              ? Integer.toHexString(body.length()) + "\r\n" + body + "\r\n"
              : body);
      stream.append(chunked ? "0\r\n\r\n" : "");
      stream.append(random.nextInt(8) == 0 ? "\r\n" : "");
    }
    if (random.nextInt(3) == 0) {
      final int at = random.nextInt(stream.length());
      stream.setCharAt(at, (char) random.nextInt(256));
    }
    return stream.toString();
  }

  private static String any(final SplittableRandom random, final String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
