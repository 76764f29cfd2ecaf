package io.tally.engine.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.MessageType;
import io.tally.engine.Outcome;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.engine.StableHash;
import io.tally.engine.internal.codecs.CommandDecoder;
import io.tally.engine.internal.codecs.CommandsDecoder;
import io.tally.engine.internal.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.codecs.RepliesDecoder;
import io.tally.engine.internal.codecs.ReplyCode;
import io.tally.engine.internal.codecs.ReplyDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several commands, or replies, in one message between nodes. */
@Timeout(10)
final class JointMessagesTest {
  private static final List<String> IDS = List.of("node-0", "node-1");
  private static final byte[] NO_KEY = {};
  private static final int FRONT_INCARNATION = 3;
  private static final int OWNER_INCARNATION = 5;

  private final CachedNanoClock clock = new CachedNanoClock();
  private final Answers answers = new Answers();
  private final StockNode front = launch("node-0", FRONT_INCARNATION);
  private final StockNode owner = launch("node-1", OWNER_INCARNATION);
  private final long[] items = ownedByOwner();

  private StockNode launch(final String id, final long incarnation) {
    return StockNode.launch(
        clock,
        StockNode.context(IDS, id, incarnation)
            .services(StockService.definition(), new LongAnswers()));
  }

  /** Its longest answer makes room for longer messages between nodes. */
  private static final class LongAnswers implements ServiceDefinition {
    @Override
    public String name() {
      return "long";
    }

    @Override
    public int schemaId() {
      return 4242;
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public List<MessageType> messages() {
      return List.of(new MessageType(1, "tell", false, 0, 1_000));
    }

    @Override
    public int maxCommandLength() {
      return 16;
    }

    @Override
    public ShardService create(final int shardId) {
      return StockService.definition().create(shardId);
    }
  }

  @BeforeEach
  void meet() {
    front.link.peerUp(1, OWNER_INCARNATION);
    owner.link.peerUp(0, FRONT_INCARNATION);
    front.link.peerProtocol(1, CommandsLayout.PROTOCOL);
    owner.link.peerProtocol(0, CommandsLayout.PROTOCOL);
    front.stocks.hasNoTags();
  }

  private long[] ownedByOwner() {
    return LongStream.range(0, 1_000)
        .filter(item -> front.engine.routingTable().nodeIndex(shard(item)) == 1)
        .limit(StockNode.PENDING_SLOTS)
        .toArray();
  }

  private static int shard(final long item) {
    return StableHash.shard(StockClient.entityHash(item), StockNode.SHARD_COUNT);
  }

  private void put(final int item, final int quantity) {
    put(item, quantity, NO_KEY);
  }

  private void put(final int item, final int quantity, final byte[] key) {
    front.stocks.put(clock.nanoTime(), items[item], quantity, key, answers, item);
  }

  private static int templateId(final byte[] message) {
    return new MessageHeaderDecoder().wrap(new UnsafeBuffer(message), 0).templateId();
  }

  private static List<Integer> templates(final List<byte[]> messages) {
    return messages.stream().map(JointMessagesTest::templateId).toList();
  }

  private static byte[] only(final List<byte[]> messages) {
    assertEquals(1, messages.size());
    return messages.get(0);
  }

  /** Offers all of a message but for the first so many; the results, up to a command to be held. */
  private List<Integer> offer(final StockNode to, final byte[] message, final int taken) {
    final boolean toOwner = to == owner;
    final long key = to.engine.routingTable().nodeKey(toOwner ? 0 : 1);
    final int incarnation = toOwner ? FRONT_INCARNATION : OWNER_INCARNATION;
    return offer(to, message, taken, key, incarnation);
  }

  private List<Integer> offer(
      final StockNode to,
      final byte[] message,
      final int taken,
      final long sourceKey,
      final long sourceIncarnation) {
    final InboundHandler inbound = to.engine.inbound();
    final List<Integer> results = new ArrayList<>();
    try {
      final int count = inbound.begin(new UnsafeBuffer(message), 0, message.length);
      for (int i = 0; i < count; i++) {
        if (i < taken) {
          inbound.skip();
        } else {
          final int result = inbound.onNext(clock.nanoTime(), sourceKey, sourceIncarnation);
          results.add(result);
          if (result == InboundHandler.RETRY) {
            break;
          }
        }
      }
    } finally {
      inbound.endBatch();
    }
    return results;
  }

  private static List<Integer> accepted(final int count) {
    return Collections.nCopies(count, InboundHandler.ACCEPTED);
  }

  private byte[] fiveCommands() {
    for (int i = 0; i < 5; i++) {
      put(i, 10 + i);
    }
    return only(front.link.drained());
  }

  @Test
  void shouldJoinTheCommandsOfAStepAndTheirReplies() {
    final byte[] commands = fiveCommands();
    assertEquals(CommandsDecoder.TEMPLATE_ID, templateId(commands));
    assertEquals(5, PeerMessage.count(new UnsafeBuffer(commands), 0));
    assertEquals(accepted(5), offer(owner, commands, 0));
    final byte[] replies = only(owner.link.drained());
    assertEquals(RepliesDecoder.TEMPLATE_ID, templateId(replies));
    assertEquals(5, PeerMessage.count(new UnsafeBuffer(replies), 0));
    assertEquals(accepted(5), offer(front, replies, 0));
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), answers.cookies());
    assertEquals(List.of(10L, 11L, 12L, 13L, 14L), answers.lefts());
    assertEquals(Collections.nCopies(5, Outcome.ANSWERED), answers.outcomes());
  }

  @Test
  void shouldJoinNothingForASuccessorThatDoesNotUnderstandIt() {
    put(0, 1);
    assertEquals(accepted(1), offer(owner, only(front.link.drained()), 0));
    owner.link.peerProtocol(0, CommandsLayout.PROTOCOL - 1);
    front.link.peerProtocol(1, CommandsLayout.PROTOCOL - 1);
    put(1, 1);
    final byte[] command = only(front.link.drained());
    assertEquals(CommandDecoder.TEMPLATE_ID, templateId(command));
    owner.link.drained();
    assertEquals(accepted(1), offer(owner, command, 0));
    assertEquals(ReplyDecoder.TEMPLATE_ID, templateId(only(owner.link.drained())));
  }

  @Test
  void shouldReplyToNoneButTheProcessThatAsked() {
    final byte[] commands = fiveCommands();
    owner.link.peerUp(0, FRONT_INCARNATION + 1);
    assertEquals(accepted(5), offer(owner, commands, 0));
    assertEquals(List.of(), owner.link.drained());
    assertEquals(5, owner.sum(EngineCounter.REPLIES_DROPPED));
  }

  @Test
  void shouldBeginAnotherMessageForAnotherLifeOfAShard() {
    put(0, 1);
    final int other = 1;
    assertTrue(shard(items[0]) != shard(items[other]));
    assertTrue(front.link.shard(shard(items[other]), OWNER_INCARNATION + 2));
    put(other, 1);
    final List<byte[]> messages = front.link.drained();
    assertEquals(Collections.nCopies(2, CommandsDecoder.TEMPLATE_ID), templates(messages));
    assertEquals(OWNER_INCARNATION, shardIncarnation(messages.get(0)));
    assertEquals(OWNER_INCARNATION + 2, shardIncarnation(messages.get(1)));
  }

  private static long shardIncarnation(final byte[] commands) {
    return new UnsafeBuffer(commands)
        .getLong(CommandsLayout.BLOCK_OFFSET + CommandsLayout.SHARD_INCARNATION, LITTLE_ENDIAN);
  }

  @Test
  void shouldSkipAReplyWhoseCodeIsNotKnown() {
    assertEquals(accepted(5), offer(owner, fiveCommands(), 0));
    final byte[] replies = only(owner.link.drained());
    final int entryLength = (replies.length - RepliesLayout.HEAD_LENGTH) / 5;
    final int third = RepliesLayout.HEAD_LENGTH + 2 * entryLength;
    final long lastFields =
        new UnsafeBuffer(replies).getLong(third + RepliesLayout.LAST_FIELDS, LITTLE_ENDIAN);
    final int code = RepliesDecoder.EntriesDecoder.codeEncodingOffset();
    assertEquals(ReplyCode.ANSWERED.value(), replies[third + code]);
    assertEquals(ReplyCode.ANSWERED.value(), ReplyLayout.code(lastFields));
    replies[third + code] = (byte) 200;
    final List<Integer> results = new ArrayList<>(accepted(5));
    results.set(2, InboundHandler.REFUSED);
    assertEquals(results, offer(front, replies, 0));
    assertEquals(List.of(0L, 1L, 3L, 4L), answers.cookies());
    assertEquals(1, front.sum(EngineCounter.MALFORMED));
  }

  @Test
  void shouldSendOneByOneWhatAPeerDoesNotUnderstandOtherwise() {
    front.link.peerProtocol(1, CommandsLayout.PROTOCOL - 1);
    owner.link.peerProtocol(0, CommandsLayout.PROTOCOL - 1);
    put(0, 1);
    put(1, 1);
    final List<byte[]> commands = front.link.drained();
    assertEquals(Collections.nCopies(2, CommandDecoder.TEMPLATE_ID), templates(commands));
    commands.forEach(command -> assertEquals(accepted(1), offer(owner, command, 0)));
    final List<byte[]> replies = owner.link.drained();
    assertEquals(Collections.nCopies(2, ReplyDecoder.TEMPLATE_ID), templates(replies));
  }

  @Test
  void shouldBeginAnotherMessageBehindAFlush() {
    put(0, 1);
    front.link.flush();
    put(1, 1);
    assertEquals(
        Collections.nCopies(2, CommandsDecoder.TEMPLATE_ID), templates(front.link.drained()));
  }

  @Test
  void shouldBeginAnotherMessageForAnotherDeadline() {
    put(0, 1);
    clock.advance(1);
    put(1, 1);
    put(2, 1);
    final List<byte[]> messages = front.link.drained();
    assertEquals(2, messages.size());
    assertEquals(deadline(messages.get(0)) + 1, deadline(messages.get(1)));
    assertEquals(2, PeerMessage.count(new UnsafeBuffer(messages.get(1)), 0));
  }

  private static long deadline(final byte[] commands) {
    return new UnsafeBuffer(commands)
        .getLong(CommandsLayout.BLOCK_OFFSET + CommandsLayout.DEADLINE_NS, LITTLE_ENDIAN);
  }

  @Test
  void shouldKeepCommandsInTheirOrderWhereOneGoesAlone() {
    put(0, 1);
    final long tagged = front.itemOwnedBy(1, 0);
    new StockClient(front.ingress).put(clock.nanoTime(), tagged, 1, answers, 77);
    put(1, 1);
    assertEquals(
        List.of(
            CommandsDecoder.TEMPLATE_ID, CommandDecoder.TEMPLATE_ID, CommandsDecoder.TEMPLATE_ID),
        templates(front.link.drained()));
  }

  @Test
  void shouldBeginAnotherMessageWhereOneWouldBeTooLong() {
    final byte[] key = new byte[100];
    for (int i = 0; i < StockNode.PENDING_SLOTS; i++) {
      Arrays.fill(key, (byte) ('a' + i));
      put(i, 1, key);
    }
    final List<byte[]> messages = front.link.drained();
    assertTrue(messages.size() > 1);
    int count = 0;
    for (final byte[] message : messages) {
      assertTrue(message.length <= front.context.services().lengths().maxBetweenNodes());
      count += PeerMessage.count(new UnsafeBuffer(message), 0);
    }
    assertEquals(StockNode.PENDING_SLOTS, count);
  }

  @Test
  void shouldSayInEachFormTheSame() {
    for (int i = 0; i < 6; i++) {
      if (i == 3) {
        front.stocks.count(clock.nanoTime(), items[i], answers, i);
      } else {
        front.stocks.keyItem(i == 4 ? 9 : 0);
        put(i, 10 + i, i < 2 ? NO_KEY : WireBytes.ascii("key-" + i));
      }
    }
    front.link.peerProtocol(1, CommandsLayout.PROTOCOL - 1);
    final byte[] joint = only(front.link.drained());
    clock.advance(StockNode.ATTEMPT_NS);
    front.stepIngress();
    final List<byte[]> alone = front.link.drained();
    assertEquals(6, alone.size());
    final CommandsAdapter adapter = new CommandsAdapter();
    assertEquals(6, adapter.wrap(new UnsafeBuffer(joint), 0, joint.length));
    for (final byte[] message : alone) {
      final Command command = adapter.next();
      final byte[] copy = new byte[message.length];
      final MessageClaim claim = new MessageClaim();
      claim.wrap(offset -> {}, new UnsafeBuffer(copy), 0, copy.length);
      CommandProxy.copy(claim, command);
      assertEquals(Messages.decode(message).keyItem, command.keyItem);
      assertEquals(HexFormat.of().formatHex(message), HexFormat.of().formatHex(copy));
    }
  }

  @Test
  void shouldGoOnBehindWhatWasTakenWhenARingIsFull() {
    final int full = shard(items[0]);
    final List<Integer> ofFull = new ArrayList<>();
    for (int i = 0; i < items.length; i++) {
      if (shard(items[i]) == full) {
        ofFull.add(i);
      }
    }
    for (int i = 0; i < StockNode.RING_SLOTS; i++) {
      put(ofFull.get(i), 1);
    }
    put(ofFull.get(StockNode.RING_SLOTS), 1);
    put(ofFull.get(StockNode.RING_SLOTS + 1), 1);
    final byte[] commands = only(front.link.drained());
    final int[] taken = new int[1];
    owner.whileOthersPoll(
        () -> {
          final List<Integer> results = offer(owner, commands, 0);
          assertEquals(StockNode.RING_SLOTS + 1, results.size());
          taken[0] = results.size() - 1;
          assertEquals(List.of(InboundHandler.RETRY), offer(owner, commands, taken[0]));
          owner.engine.inbound().refuseBusy();
        });
    assertEquals(1, owner.sum(EngineCounter.RECEIVED_BUSY));
    owner.stepShards();
    assertEquals(accepted(2), offer(owner, commands, taken[0]));
    owner.stepShards();
    assertEquals(0, owner.sum(EngineCounter.LANE_DUPLICATES));
    owner.link.drain((to, replies) -> offer(front, replies, 0));
    assertEquals(
        Collections.nCopies(StockNode.RING_SLOTS + 2, Outcome.ANSWERED), answers.outcomes());
    assertEquals(Collections.nCopies(StockNode.RING_SLOTS + 2, 1L), answers.lefts());
  }

  @Test
  void shouldReadNothingBeyondAMessageThatIsCutAtAnyLength() {
    final byte[] commands = fiveCommands();
    for (int length = 0; length < commands.length; length++) {
      final List<Integer> results = offer(owner, Arrays.copyOf(commands, length), 0);
      final int read = results.lastIndexOf(InboundHandler.ACCEPTED) + 1;
      assertEquals(accepted(read), results.subList(0, read));
      assertTrue(read < results.size(), "at " + length);
      owner.link.drained();
    }
    assertEquals(accepted(5), offer(owner, commands, 0));
    final byte[] replies = only(owner.link.drained());
    for (int length = 0; length < replies.length; length++) {
      final List<Integer> results = offer(front, Arrays.copyOf(replies, length), 0);
      final int read = results.lastIndexOf(InboundHandler.ACCEPTED) + 1;
      assertTrue(read < results.size(), "at " + length);
    }
  }

  @Test
  void shouldNotBelieveACountBeyondWhatHasCome() {
    final byte[] commands = fiveCommands();
    final UnsafeBuffer buffer = new UnsafeBuffer(commands);
    final int groupSize = CommandsLayout.HEAD_LENGTH - GroupSize.LENGTH;
    GroupSize.put(buffer, groupSize, CommandsLayout.ENTRY_BLOCK_LENGTH, 0xFFFF);
    assertEquals(List.of(InboundHandler.REFUSED), offer(owner, commands, 0));
    GroupSize.put(buffer, groupSize, CommandsLayout.ENTRY_BLOCK_LENGTH, 0);
    assertEquals(List.of(InboundHandler.REFUSED), offer(owner, commands, 0));
    GroupSize.put(buffer, groupSize, CommandsLayout.ENTRY_BLOCK_LENGTH - 1, 5);
    assertEquals(List.of(InboundHandler.REFUSED), offer(owner, commands, 0));
    assertEquals(3, owner.sum(EngineCounter.MALFORMED));
    assertEquals(0, owner.engine.entityCount());
  }

  @Test
  void shouldRefuseOneCommandAndTakeTheOthers() {
    final byte[] commands = fiveCommands();
    final int entryLength = (commands.length - CommandsLayout.HEAD_LENGTH) / 5;
    final int shardOfThird =
        CommandsLayout.HEAD_LENGTH + 2 * entryLength + CommandsLayout.LAST_FIELDS + Integer.BYTES;
    final byte[] wrong = commands.clone();
    wrong[shardOfThird]++;
    final List<Integer> results = new ArrayList<>(accepted(5));
    results.set(2, InboundHandler.REFUSED);
    assertEquals(results, offer(owner, wrong, 0));
    assertEquals(1, owner.sum(EngineCounter.MALFORMED));
    assertEquals(4, owner.engine.entityCount());
  }

  @Test
  void shouldRefuseWhatAnotherNodeOrAnotherLifeOfItSays() {
    final byte[] commands = fiveCommands();
    final long frontKey = owner.engine.routingTable().nodeKey(0);
    final long ownKey = owner.engine.routingTable().nodeKey(1);
    final List<Integer> refused = Collections.nCopies(5, InboundHandler.REFUSED);
    assertEquals(refused, offer(owner, commands, 0, ownKey, FRONT_INCARNATION));
    assertEquals(refused, offer(owner, commands, 0, frontKey, FRONT_INCARNATION + 1));
    assertEquals(10, owner.sum(EngineCounter.FOREIGN));
    assertEquals(0, owner.engine.entityCount());
    assertEquals(accepted(5), offer(owner, commands, 0));
    final byte[] replies = only(owner.link.drained());
    new UnsafeBuffer(replies)
        .putLong(
            RepliesLayout.BLOCK_OFFSET + RepliesLayout.ORIGIN_INCARNATION,
            FRONT_INCARNATION - 1,
            LITTLE_ENDIAN);
    assertEquals(refused, offer(front, replies, 0));
    assertTrue(answers.all.isEmpty());
  }

  @Test
  void shouldReadLongerBlocksOfNewerVersions() {
    final byte[] commands = longer(fiveCommands(), CommandsLayout.HEAD_LENGTH);
    assertEquals(accepted(5), offer(owner, commands, 0));
    final byte[] replies = longer(only(owner.link.drained()), RepliesLayout.HEAD_LENGTH);
    assertEquals(accepted(5), offer(front, replies, 0));
    assertEquals(List.of(10L, 11L, 12L, 13L, 14L), answers.lefts());
  }

  /** Three bytes more in the block, and two in that of each entry; all entries are alike long. */
  private static byte[] longer(final byte[] message, final int headLength) {
    final int count = 5;
    final int entryLength = (message.length - headLength) / count;
    final UnsafeBuffer from = new UnsafeBuffer(message);
    final int entryBlock =
        GroupSize.blockLength(GroupSize.get(from, headLength - GroupSize.LENGTH));
    final UnsafeBuffer to = new UnsafeBuffer(new byte[message.length + 3 + 2 * count]);
    final int blockEnd = headLength - GroupSize.LENGTH;
    to.putBytes(0, from, 0, blockEnd);
    to.putShort(0, (short) (from.getShort(0, LITTLE_ENDIAN) + 3), LITTLE_ENDIAN);
    GroupSize.put(to, blockEnd + 3, entryBlock + 2, count);
    int position = headLength + 3;
    for (int i = 0; i < count; i++) {
      final int entry = headLength + i * entryLength;
      to.putBytes(position, from, entry, entryBlock);
      to.putBytes(position + entryBlock + 2, from, entry + entryBlock, entryLength - entryBlock);
      position += entryLength + 2;
    }
    assertEquals(to.capacity(), position);
    return to.byteArray();
  }

  @Test
  void shouldReadNoMessageOfAnotherKind() {
    final UnsafeBuffer commands = new UnsafeBuffer(fiveCommands());
    assertEquals(0, new RepliesAdapter().wrap(commands, 0, commands.capacity()));
    assertNull(new CommandAdapter().decode(commands, 0, commands.capacity()));
    commands.putShort(6, (short) (CommandsLayout.OLDEST_VERSION - 1), LITTLE_ENDIAN);
    assertEquals(0, new CommandsAdapter().wrap(commands, 0, commands.capacity()));
  }
}
