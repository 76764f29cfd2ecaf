package io.tally.engine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tally.engine.internal.SnapshotRecords;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.sbe.MessageEncoderFlyweight;

/**
 * The entities of one shard of a service whose entities all end at some time, such as leases and
 * sessions. They are kept on the heap, some thousand at most in a shard. Each ends by a timer,
 * exactly at its time; watchers are told of all that changes; and snapshots show them as they are
 * when one begins.
 *
 * <p>Entities belong to one life of the shard. Where a state is restored into another life, it may
 * be an old one, and nothing of it is believed: that life begins without entities, and {@link
 * #bornNs()} says since when it knows of all that happened. From a snapshot until it is restored,
 * no time passes for entities, whatever the clocks of machines say: none ends too early. From then
 * on it does, even if the shard waits before it serves; entities whose time comes meanwhile end as
 * soon as it serves.
 *
 * <p>Snapshots have two records more than the schema of the service: template {@link #HEAD} with
 * the incarnation, the number of changes and {@link #bornNs()}, and for each entity template {@link
 * #ENTITY} with its number, version, end and hash, and then its id as in an {@link EntityMessage}.
 * All fields are 64-bit integers.
 *
 * <p>Belongs to the shard.
 */
public final class TimedEntities implements ShardService, SnapshotSource {
  /** Template id of the first record of a snapshot. */
  public static final int HEAD = 65_001;

  /** Template id of a record of an entity. */
  public static final int ENTITY = 65_002;

  private static final int HEAD_BLOCK = 3 * Long.BYTES;
  private static final int ENTITY_BLOCK = 4 * Long.BYTES;
  private static final int HEADER = MessageHeaderWord.ENCODED_LENGTH;

  private final Map<String, TimedEntity> byId = new HashMap<>();
  private final Map<Long, TimedEntity> byNumber = new HashMap<>();
  private final EntityCommand command = new EntityCommand();
  private final EntityMessage record = new EntityMessage();
  private final TimedEntityService service;
  private final int schemaId;
  private final EntityBudget budget;
  private ShardContext shard;
  private long bornNs;
  private long changes;
  private boolean sameLife;
  private volatile long count;
  private SnapshotSink sink;
  private Iterator<TimedEntity> shown;

  /** The last change before the snapshot began, which holds the entities of then until it ends. */
  private long shownChanges;

  /** How many of those have ended. */
  private long endedButShown;

  TimedEntities(
      final int schemaId,
      final EntityBudget budget,
      final Function<TimedEntities, TimedEntityService> service) {
    this.schemaId = schemaId;
    this.budget = budget;
    this.service = service.apply(this);
  }

  /**
   * Defines a service of such entities, whose messages are all {@link EntityMessage}s.
   *
   * @param name as {@link ServiceDefinition#name()}.
   * @param maxEntities most entities of a shard.
   * @param service makes the service of one shard, which has these entities.
   * @param reply any message of the service's schema, which tells its id and version.
   * @param messages as {@link ServiceDefinition#messages()}.
   * @return the definition, with no limit for all shards together; {@link TimedDefinition#within}
   *     gives it one.
   */
  public static TimedDefinition definition(
      final String name,
      final int maxEntities,
      final Function<TimedEntities, TimedEntityService> service,
      final MessageEncoderFlyweight reply,
      final MessageType... messages) {
    return new TimedDefinition(
        name,
        reply.sbeSchemaId(),
        reply.sbeSchemaVersion(),
        maxEntities,
        service,
        List.of(messages),
        new EntityBudget(Long.MAX_VALUE));
  }

  /**
   * This life of the shard's state.
   *
   * @return as {@link ShardContext#incarnation()}.
   */
  public long incarnation() {
    return shard.incarnation();
  }

  /**
   * Since when nothing of the state was lost: when this life of the shard began, later by all the
   * time for which it stood still.
   *
   * @return nanoseconds since 1970.
   */
  public long bornNs() {
    return bornNs;
  }

  /**
   * Finds the entity to which a command is addressed.
   *
   * @param to the command that is being applied.
   * @return the entity as it is now; null if there is none.
   */
  public TimedEntity find(final EntityCommand to) {
    return byId.get(new String(to.id(), ISO_8859_1));
  }

  /**
   * Adds the entity to which a command is addressed.
   *
   * @param to an entity that does not exist.
   * @param endNs when it ends, after now.
   * @return the entity; null if there are as many as may be, in the shard or in the process, and
   *     nothing changed.
   */
  public TimedEntity add(final EntityCommand to, final long endNs) {
    final long number = changes + 1;
    if (!shard.setTimer(number, endNs)) {
      return null;
    }
    if (!shard.places().tryTake(budget)) {
      shard.cancelTimer(number);
      return null;
    }
    final String id = new String(to.id(), ISO_8859_1);
    return change(new TimedEntity(id, to.entityHash(), number, number, endNs));
  }

  /**
   * Has an entity end at another time.
   *
   * @param entity that exists.
   * @param endNs when it ends, after now.
   * @return the entity in its place.
   */
  public TimedEntity endAt(final TimedEntity entity, final long endNs) {
    shard.setTimer(entity.number(), endNs);
    return change(new TimedEntity(entity.id(), entity.hash(), entity.number(), changes + 1, endNs));
  }

  /**
   * Has an entity end now.
   *
   * @param entity that exists.
   */
  public void end(final TimedEntity entity) {
    shard.cancelTimer(entity.number());
    onTimer(shard.timeNs(), entity.number());
  }

  private TimedEntity change(final TimedEntity entity) {
    changes = entity.version();
    put(entity);
    changed(entity);
    return entity;
  }

  private void changed(final TimedEntity entity) {
    final byte[] id = entity.id().getBytes(ISO_8859_1);
    shard.changed(new UnsafeBuffer(id), 0, id.length);
  }

  private void put(final TimedEntity entity) {
    byId.put(entity.id(), entity);
    byNumber.put(entity.number(), entity);
    count = byId.size();
  }

  @Override
  public void onStart(final ShardContext context) {
    shard = context;
    bornNs = context.timeNs();
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
    if (command.wrap(timeNs, entityHash, templateId, buffer, offset, length)) {
      final TimedEntity entity = find(command);
      reply.version(entity == null ? 0 : entity.version());
      service.onCommand(command, entity, reply);
    } else {
      reply.invalid();
    }
  }

  @Override
  public void onTimer(final long timeNs, final long number) {
    final TimedEntity ended = byNumber.remove(number);
    // There is none if the timer came with a state of another life.
    if (ended != null) {
      byId.remove(ended.id());
      count = byId.size();
      if (shown == null || ended.number() > shownChanges) {
        budget.release(1);
      } else {
        endedButShown++;
      }
      changed(ended);
    }
  }

  @Override
  public void close() {
    budget.release(byId.size() + endedButShown);
    endedButShown = 0;
  }

  @Override
  public long entityCount() {
    return count;
  }

  @Override
  public SnapshotSource snapshot() {
    return this;
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    shownChanges = changes;
    shown = Arrays.asList(byNumber.values().toArray(new TimedEntity[0])).iterator();
    final int head = claim(HEAD, HEAD_BLOCK, 0);
    if (head != SnapshotSink.FULL) {
      putLongs(head, shard.incarnation(), changes, bornNs);
      sink.commit();
    }
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    for (int written = 0; written < limit && shown.hasNext(); written++) {
      final TimedEntity entity = shown.next();
      final byte[] id = entity.id().getBytes(ISO_8859_1);
      final int at = claim(ENTITY, ENTITY_BLOCK, Short.BYTES + id.length);
      if (at == SnapshotSink.FULL) {
        return false;
      }
      putLongs(at, entity.number(), entity.version(), entity.endNs(), entity.hash());
      EntityMessage.putId(sink.buffer(), at + ENTITY_BLOCK, id, 0, id.length);
      sink.commit();
    }
    return !shown.hasNext();
  }

  /** Returns where the fields are to be written. */
  private int claim(final int templateId, final int blockLength, final int idLength) {
    final int offset = sink.tryClaim(HEADER + blockLength + idLength);
    if (offset == SnapshotSink.FULL) {
      return offset;
    }
    MessageHeaderWord.put(
        sink.buffer(), offset, MessageHeaderWord.of(blockLength, templateId, schemaId, 0));
    return offset + HEADER;
  }

  private void putLongs(final int offset, final long... values) {
    final MutableDirectBuffer buffer = sink.buffer();
    for (int i = 0; i < values.length; i++) {
      buffer.putLong(offset + i * Long.BYTES, values[i], LITTLE_ENDIAN);
    }
  }

  @Override
  public void endSnapshot() {
    sink = null;
    shown = null;
    budget.release(endedButShown);
    endedButShown = 0;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    final long header = MessageHeaderWord.get(buffer, offset);
    final boolean isHead = MessageHeaderWord.templateId(header) == HEAD;
    SnapshotRecords.check(isHead || MessageHeaderWord.templateId(header) == ENTITY, "a template");
    final int least = isHead ? HEAD_BLOCK : ENTITY_BLOCK;
    SnapshotRecords.check(
        MessageHeaderWord.blockLength(header) >= least && length >= HEADER + least, "an entity");
    final int fields = offset + HEADER;
    if (isHead) {
      sameLife = getLong(buffer, fields, 0) == shard.incarnation();
      changes = sameLife ? getLong(buffer, fields, 1) : 0;
      // This life's time may have begun before that of the state, which it goes on from.
      final long sinceNs = sameLife ? getLong(buffer, fields, 2) : shard.timeNs();
      bornNs = sinceNs + shard.standstillNs();
    } else if (sameLife) {
      SnapshotRecords.check(record.wrap(buffer, offset, length), "the id of an entity");
      final long standstillNs = shard.standstillNs();
      // An end that has moved is a change, of which watchers are to be told.
      final long version = standstillNs == 0 ? getLong(buffer, fields, 1) : ++changes;
      final TimedEntity entity =
          new TimedEntity(
              new String(record.id(), ISO_8859_1),
              getLong(buffer, fields, 3),
              getLong(buffer, fields, 0),
              version,
              getLong(buffer, fields, 2) + standstillNs);
      budget.take();
      put(entity);
      shard.setTimer(entity.number(), entity.endNs());
    } else {
      // The timers came with the state, and each has a place that a new entity may need.
      shard.cancelTimer(getLong(buffer, fields, 0));
    }
  }

  private static long getLong(final DirectBuffer buffer, final int fields, final int index) {
    return buffer.getLong(fields + index * Long.BYTES, LITTLE_ENDIAN);
  }
}
