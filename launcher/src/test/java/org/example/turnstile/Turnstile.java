package org.example.turnstile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tally.engine.EntityMessage;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceProxy;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import io.tally.http.AnswerShape;
import io.tally.http.Endpoint;
import io.tally.http.PathId;
import io.tally.http.ProblemType;
import io.tally.http.Refusal;
import io.tally.launcher.HostedService;
import io.tally.launcher.ServiceProvider;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

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
  private static final int SHUT = 1;

  private final EntityMessage command = new EntityMessage();
  private final Map<String, Long> passed = new HashMap<>();
  private volatile long count;

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    if (!command.wrap(buffer, offset, length)) {
      reply.invalid();
      return;
    }
    final String name = new String(command.id(), UTF_8);
    final long before = passed.getOrDefault(name, 0L);
    if (templateId == READ) {
      answer(reply, before);
    } else if (before < PASSES) {
      passed.put(name, before + 1);
      count = passed.size();
      answer(reply, before + 1);
    } else {
      reply.refuse(SHUT);
    }
  }

  private static void answer(final ServiceReply reply, final long value) {
    reply.buffer().putLong(reply.offset(), value);
    reply.length(Long.BYTES);
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
        memory -> new Definition(),
        (ingress, watches) -> endpoints(new ServiceProxy(ingress, new Definition())),
        "Turnstiles\n\nThree may pass each.\n",
        "  curl -X POST URL/turnstile/east/pass\n");
  }

  private static List<Endpoint> endpoints(final ServiceProxy turnstiles) {
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
          if (exchange.serviceCode() == 0) {
            exchange.integer(0, buffer.getLong(offset));
          }
          return true;
        };
    return List.of(
        Endpoint.post("/turnstile/{id}/pass", "let one through")
            .id(id)
            .asks(turnstiles, PASS)
            .answers(reply, passed)
            .refuses(SHUT, shut),
        Endpoint.get("/turnstile/{id}", "how many have passed")
            .id(id)
            .asks(turnstiles, READ)
            .answers(reply, passed));
  }

  /** Offers it to the command line. */
  public static final class Provider implements ServiceProvider {
    @Override
    public HostedService service() {
      return hosted();
    }
  }

  private static final class Definition implements ServiceDefinition {
    @Override
    public String name() {
      return "turnstile";
    }

    @Override
    public int schemaId() {
      return SCHEMA_ID;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(
          new MessageType(PASS, "Pass", true, 0, Long.BYTES),
          new MessageType(READ, "Read", false, 0, Long.BYTES));
    }

    @Override
    public int maxCommandLength() {
      return EntityMessage.MAX_PLAIN_LENGTH;
    }

    @Override
    public ShardService create(final int shardId) {
      return new Turnstile();
    }
  }
}
