package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.DecoratedDefinition;
import io.tally.engine.Ingress;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two services beside each other in the shards of one node, and what they may answer. */
@Timeout(10)
final class ServicesTest {
  private static final long ITEM = 1;
  private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_KEY = new byte[0];
  private static final long KEPT_NS = StockNode.SETTINGS.keptKeyNs();

  private record Answer(Outcome outcome, int serviceCode, boolean replayed, int length) {}

  private final CachedNanoClock clock = new CachedNanoClock();
  private final CountedBudget budget = new CountedBudget(2);
  private final NoteDefinition notes = new NoteDefinition(budget);
  private final IdempotencyLimit keyLimit = new IdempotencyLimit(1 << 20);
  private final Answers stockAnswers = new Answers();
  private final List<Answer> answers = new ArrayList<>();
  private final StockNode node =
      StockNode.launch(
          clock,
          StockNode.context(List.of("node-0"), "node-0", 3)
              .keys(keyLimit)
              .services(StockService.definition(), notes));

  @Test
  void shouldKeepTheSameIdAndKeyOfTwoServicesApart() {
    node.stocks.put(0, ITEM, 5, KEY, stockAnswers, 1);
    note(NoteService.Op.ADD, KEY);
    node.stocks.put(0, ITEM, 5, KEY, stockAnswers, 2);
    note(NoteService.Op.ADD, KEY);
    assertEquals(List.of(5L, 5L), stockAnswers.all.stream().map(Answers.Answer::left).toList());
    assertEquals(
        List.of(
            new Answer(Outcome.ANSWERED, 0, false, Long.BYTES),
            new Answer(Outcome.ANSWERED, 0, true, Long.BYTES)),
        answers);
    assertEquals(2, node.engine.idempotencyKeyCount());
    assertEquals(0, node.sum(EngineCounter.IDEMPOTENCY_MISMATCHES));
    assertEquals(1, node.engine.entityCount(NoteService.SCHEMA_ID));
    assertEquals(1, node.engine.entityCount(StockService.definition().schemaId()));
    assertEquals(2, node.engine.entityCount());
    assertEquals(0, node.engine.entityCount(1));
  }

  @Test
  void shouldCountTheMessagesOfEachServiceUnderTheirNames() {
    node.stocks.count(0, ITEM, stockAnswers, 1);
    note(NoteService.Op.REFUSE, NO_KEY);
    send(true, NO_KEY, NoteService.note(NoteService.Op.ADD, 0, 0));
    send(false, NO_KEY, NoteService.read(ITEM));
    final List<String> names =
        List.of("PutStock", "TakeStock", "CountStock", "AddNote", "ReadNotes");
    final int[] handled = {0, 0, 1, 2, 1};
    final int[] failed = {0, 0, 0, 1, 0};
    for (final List<EngineStats> side :
        List.of(node.engine.ownerStats(), node.engine.ingressStats())) {
      for (int type = 0; type < names.size(); type++) {
        assertEquals(names.get(type), side.get(0).messageTypes().get(type));
        assertEquals(handled[type], handled(side, type), names.get(type));
        assertEquals(failed[type], failed(side, type), names.get(type));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "901, 1, 24, 0, true, another schema",
    "0, 1, 24, 0, true, no schema",
    "900, 0, 24, 0, true, no template",
    "900, 2, 24, 0, true, a template between two others",
    "900, 6, 24, 0, true, a template above all others",
    "900, 65535, 24, 0, true, the highest template",
    "900, 1, 24, 4, true, a later version",
    "900, 1, 24, 65535, true, the latest version",
    "900, 1, 23, 0, true, a block that is too short",
    "900, 1, 25, 0, true, a block that reaches beyond the payload",
    "900, 1, 24, 0, false, a write as a read",
    "900, 5, 24, 0, true, a read as a write",
  })
  void shouldShowAServiceOnlyMessagesOfItsOwn(
      final int schemaId,
      final int templateId,
      final int blockLength,
      final int version,
      final boolean write,
      final String what) {
    final byte[] payload = NoteService.note(NoteService.Op.ADD, 0, 0);
    putHeader(payload, MessageHeaderWord.of(blockLength, templateId, schemaId, version));
    send(write, NO_KEY, payload);
    assertEquals(List.of(new Answer(Outcome.INVALID, 0, false, 0)), answers, what);
    assertEquals(1, node.sum(EngineCounter.UNKNOWN_MESSAGES), what);
    assertEquals(0, node.engine.entityCount(), what);
    // It was answered, so the lane goes on.
    note(NoteService.Op.ADD, NO_KEY);
    assertEquals(Outcome.ANSWERED, answers.get(1).outcome, what);
  }

  @Test
  void shouldKeepARefusalUnderTheKey() {
    note(NoteService.Op.REFUSE, KEY);
    note(NoteService.Op.REFUSE, KEY);
    assertEquals(
        List.of(
            new Answer(Outcome.ANSWERED, NoteService.REFUSED, false, Long.BYTES),
            new Answer(Outcome.ANSWERED, NoteService.REFUSED, true, Long.BYTES)),
        answers);
  }

  @Test
  void shouldRunAnewWhatWasNotToBeKeptUnderTheKey() {
    note(NoteService.Op.REFUSE_NOT_UNDER_KEY, KEY);
    assertEquals(0, node.engine.idempotencyKeyCount());
    note(NoteService.Op.REFUSE_NOT_UNDER_KEY, KEY);
    note(NoteService.Op.ADD, KEY);
    note(NoteService.Op.ADD, KEY);
    assertEquals(
        List.of(
            new Answer(Outcome.ANSWERED, NoteService.REFUSED_NOT_UNDER_KEY, false, Long.BYTES),
            new Answer(Outcome.ANSWERED, NoteService.REFUSED_NOT_UNDER_KEY, false, Long.BYTES),
            new Answer(Outcome.ANSWERED, 0, false, Long.BYTES),
            new Answer(Outcome.ANSWERED, 0, true, Long.BYTES)),
        answers);
  }

  @Test
  void shouldHoldNoPlaceForKeysThatWereGivenBack() {
    note(NoteService.Op.REFUSE_NOT_UNDER_KEY, KEY);
    clock.advance(StockNode.ATTEMPT_NS);
    while (keyLimit.acquired() > 0) {
      assertTrue(
          node.engine.shardAgent(0).nextStepNs() < clock.nanoTime() + KEPT_NS, "no sweep follows");
      clock.update(Math.max(clock.nanoTime() + 1, node.engine.shardAgent(0).nextStepNs()));
      node.stepShards();
    }
    assertEquals(SteppedAgent.NEVER, node.engine.shardAgent(0).nextStepNs());
  }

  @Test
  void shouldNeverRunAgainWhereTheServiceThrewWhateverItSaidOfTheKey() {
    note(NoteService.Op.THROW_NOT_UNDER_KEY, KEY);
    final long digest = note().digest();
    note(NoteService.Op.THROW_NOT_UNDER_KEY, KEY);
    assertEquals(
        List.of(
            new Answer(Outcome.INTERNAL, 0, false, 0), new Answer(Outcome.INTERNAL, 0, true, 0)),
        answers);
    assertEquals(digest, note().digest());
  }

  @Test
  void shouldRepeatTheSameAnswerToEveryCopyAlsoWhereTheKeyWasGivenBack() {
    final SteppedShard shard =
        new SteppedShard(
            StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
                .services(notes));
    final Command command =
        SteppedShard.command(
            1, 9, KEY, NoteService.note(NoteService.Op.REFUSE_NOT_UNDER_KEY, 0, 0));
    shard.apply(0, command);
    shard.apply(1, command);
    assertEquals(1, shard.stats.get(EngineCounter.LANE_DUPLICATES));
    assertEquals(shard.replies.get(0), shard.replies.get(1));
    shard.apply(2, SteppedShard.command(2, 9, KEY, NoteService.note(NoteService.Op.ADD, 0, 0)));
    assertEquals(0, shard.stats.get(EngineCounter.IDEMPOTENCY_MISMATCHES));
    assertEquals(1, notes.services.get(notes.services.size() - 1).entityCount());
  }

  @Test
  void shouldAnswerInvalidOrInternalWhereTheServiceGoesBeyondWhatItMay() {
    note(NoteService.Op.INVALID, NO_KEY);
    assertEquals(new Answer(Outcome.INVALID, 0, false, 0), answers.get(0));
    final ServiceReply reply = new ServiceReply();
    assertThrows(IllegalArgumentException.class, () -> reply.length(1));
    assertThrows(IllegalArgumentException.class, () -> reply.length(-1));
    assertThrows(IllegalArgumentException.class, () -> reply.refuse(0));
    assertThrows(IllegalArgumentException.class, () -> reply.refuse(256));
  }

  @Test
  void shouldRefuseWhatIsNewWhereThereIsNoPlaceAndServeTheOthers() {
    for (long entity = 0; entity < 3; entity++) {
      send(true, NO_KEY, NoteService.note(NoteService.Op.ADD, 0, 0), entity);
    }
    send(true, NO_KEY, NoteService.note(NoteService.Op.ADD, 0, 0), 0);
    assertEquals(
        List.of(0, 0, NoteService.FULL, 0), answers.stream().map(Answer::serviceCode).toList());
    assertEquals(2, budget.taken());
  }

  @Test
  void shouldFireTheTimersOfAllServicesInOneOrder() {
    final List<String> fired = new ArrayList<>();
    final List<ShardContext> contexts = new ArrayList<>();
    final SteppedShard shard =
        new SteppedShard(
            StockNode.context(SteppedShard.NODES, "node-0", SteppedShard.INCARNATION)
                .services(
                    new DecoratedDefinition(
                        StockService.definition(), service -> new Ticking("a", fired, contexts)),
                    new DecoratedDefinition(notes, service -> new Ticking("b", fired, contexts))));
    contexts.get(1).setTimer(1, StockNode.START_EPOCH_NS + 5);
    contexts.get(0).setTimer(1, StockNode.START_EPOCH_NS + 5);
    contexts.get(0).setTimer(2, StockNode.START_EPOCH_NS + 4);
    contexts.get(1).setTimer(2, StockNode.START_EPOCH_NS + 5);
    contexts.get(0).setTimer(3, StockNode.START_EPOCH_NS + 6);
    assertTrue(shard.shard.fireTimers(5, 10));
    assertEquals(List.of("a2", "b1", "a1", "b2"), fired);
  }

  @Test
  void shouldEndTheLivesOfItsServices() {
    node.engine.close();
    assertEquals(StockNode.SHARD_COUNT, notes.services.size());
    assertTrue(notes.services.stream().allMatch(NoteService::isClosed));
  }

  @Test
  void shouldRefuseServicesThatCannotBeToldApart() {
    final ServiceDefinition stock = StockService.definition();
    assertRefused("two services have the name stock", stock, stock);
    assertRefused("a node needs a service");
    assertThrows(IllegalArgumentException.class, () -> new MessageType(0, "Name", true, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new MessageType(1, "", true, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new MessageType(1, "Name", true, -1, 0));
  }

  private static void assertRefused(final String fault, final ServiceDefinition... services) {
    assertEquals(
        fault,
        assertThrows(IllegalArgumentException.class, () -> new ServiceCatalog(List.of(services)))
            .getMessage());
  }

  /** The service of the shard that the item is in. */
  private NoteService note() {
    return notes.services.get(node.shard(ITEM));
  }

  private void note(final NoteService.Op op, final byte[] key) {
    send(true, key, NoteService.note(op, 0, 0));
  }

  private void send(final boolean write, final byte[] key, final byte[] payload) {
    send(write, key, payload, StockClient.entityHash(ITEM));
  }

  /** All in the shard of the item. */
  private void send(
      final boolean write, final byte[] key, final byte[] payload, final long entityHash) {
    final Ingress ingress = node.ingress;
    final long id =
        ingress.tryClaim(
            clock.nanoTime(), StockClient.placementHash(ITEM), entityHash, write, this::onReply, 0);
    if (key.length > 0) {
      ingress.idempotencyKey(id, key, 0, key.length);
    }
    ingress.buffer().putBytes(ingress.payloadOffset(id), payload);
    ingress.submit(id, payload.length);
    node.step();
  }

  private void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    answers.add(new Answer(outcome, serviceCode, replayed, length));
  }

  private static void putHeader(final byte[] payload, final long header) {
    for (int i = 0; i < Long.BYTES; i++) {
      payload[i] = (byte) (header >>> i * Byte.SIZE);
    }
  }

  private static long handled(final List<EngineStats> side, final int type) {
    long count = 0;
    for (final EngineStats stats : side) {
      for (int bucket = 0; bucket <= LatencyHistogram.bucketCount(); bucket++) {
        count += stats.latency(type).count(bucket);
      }
    }
    return count;
  }

  private static long failed(final List<EngineStats> side, final int type) {
    return side.stream().mapToLong(stats -> stats.failures(type)).sum();
  }

  /** Says which timers fired. */
  private record Ticking(String name, List<String> fired, List<ShardContext> contexts)
      implements ShardService {
    @Override
    public void onStart(final ShardContext shard) {
      contexts.add(shard);
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void onTimer(final long timeNs, final long timerId) {
      fired.add(name + timerId);
    }

    @Override
    public long entityCount() {
      return 0;
    }
  }
}
