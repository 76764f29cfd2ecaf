package org.example.turnstile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Outcome;
import io.tally.engine.ShardService;
import io.tally.engine.ShardServiceFactory;
import io.tally.engine.StableHash;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.HttpExchange;
import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.launcher.HostedService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A service of somebody else, in a package of their own and one file: a turnstile lets so many
 * through and no more.
 */
public final class Turnstile implements ShardService {
  /** Passes of each turnstile. */
  public static final long PASSES = 3;

  private static final int SCHEMA_ID = 900;
  private static final int PASS = 1;
  private static final int READ = 2;
  private static final int BLOCK_LENGTH = 0;
  private static final int MAX_ID_LENGTH = 256;
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;

  private final Map<String, Long> passed = new HashMap<>();
  private volatile long count;

  @Override
  public int onCommand(
      final long timeNs,
      final long entityHash,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer reply,
      final int replyOffset) {
    final long header = MessageHeaderWord.get(buffer, offset);
    if (length <= HEADER_LENGTH || MessageHeaderWord.schemaId(header) != SCHEMA_ID) {
      return INVALID;
    }
    final byte[] id = new byte[length - HEADER_LENGTH];
    buffer.getBytes(offset + HEADER_LENGTH, id);
    final String name = new String(id, UTF_8);
    final long before = passed.getOrDefault(name, 0L);
    final boolean passes = MessageHeaderWord.templateId(header) == PASS && before < PASSES;
    if (passes) {
      passed.put(name, before + 1);
      count = passed.size();
    }
    MessageHeaderWord.put(reply, replyOffset, header);
    reply.putLong(replyOffset + HEADER_LENGTH, passes ? before + 1 : before);
    reply.putByte(
        replyOffset + HEADER_LENGTH + Long.BYTES,
        (byte) (passes || MessageHeaderWord.templateId(header) == READ ? 1 : 0));
    return HEADER_LENGTH + Long.BYTES + 1;
  }

  @Override
  public long entityCount() {
    return count;
  }

  /**
   * The service as a node hosts it.
   *
   * @return all that the launcher needs to know.
   */
  public static HostedService hosted() {
    return new HostedService(
        memory -> new Factory(),
        Turnstile::endpoints,
        "Turnstiles\n\nThree may pass each.\n",
        "  curl -X POST URL/turnstile/east/pass\n");
  }

  private static List<Endpoint> endpoints(final Ingress ingress) {
    final PathId id =
        new PathId(
            "turnstile",
            "name of the turnstile",
            new ProblemType("invalid-turnstile", "No turnstile", "A name is one path segment."));
    final Refusal shut =
        Refusal.lasting(
            new ProblemType("shut", "Shut", "As many have passed as may."), 429, "it is shut");
    final AnswerShape passed = AnswerShape.json(id, "passed");
    final Endpoint.Reply reply =
        (buffer, offset, length, exchange) -> {
          exchange.integer(0, buffer.getLong(offset + HEADER_LENGTH));
          if (buffer.getByte(offset + HEADER_LENGTH + Long.BYTES) == 0) {
            exchange.refuse(shut);
          }
          return true;
        };
    return List.of(
        Endpoint.post("/turnstile/{id}/pass", "let one through")
            .id(id)
            .calls((request, exchange) -> ask(ingress, PASS, exchange))
            .answers(reply, passed)
            .refuses(shut),
        Endpoint.get("/turnstile/{id}", "how many have passed")
            .id(id)
            .calls((request, exchange) -> ask(ingress, READ, exchange))
            .answers(reply, passed));
  }

  private static void ask(final Ingress ingress, final int template, final HttpExchange exchange) {
    final long cookie = exchange.cookie();
    final long entityHash = StableHash.hash(exchange.id(), 0, exchange.idLength());
    final long request =
        ingress.tryClaim(
            exchange.readNs(),
            StableHash.placement(exchange.id(), 0, exchange.idLength(), entityHash),
            entityHash,
            template == PASS,
            exchange.replies(),
            cookie);
    if (request < 0) {
      final Outcome outcome = request == Ingress.CLOSING ? Outcome.CLOSING : Outcome.BUSY;
      exchange.replies().onReply(cookie, outcome, 0, 0, false, null, 0, 0);
      return;
    }
    final int offset = ingress.payloadOffset(request);
    MessageHeaderWord.put(
        ingress.buffer(), offset, MessageHeaderWord.of(BLOCK_LENGTH, template, SCHEMA_ID, 0));
    ingress.buffer().putBytes(offset + HEADER_LENGTH, exchange.id(), 0, exchange.idLength());
    ingress.submit(request, HEADER_LENGTH + exchange.idLength());
  }

  private static final class Factory implements ShardServiceFactory {
    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public ShardService create(final int shardId) {
      return new Turnstile();
    }

    @Override
    public int maxCommandLength() {
      return HEADER_LENGTH + MAX_ID_LENGTH;
    }

    @Override
    public int maxReplyLength() {
      return HEADER_LENGTH + Long.BYTES + 1;
    }

    @Override
    public List<String> messageTypes() {
      return List.of("Pass", "Read");
    }

    @Override
    public boolean isWrite(final int templateId) {
      return templateId == PASS;
    }
  }
}
