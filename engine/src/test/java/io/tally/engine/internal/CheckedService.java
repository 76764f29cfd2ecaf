package io.tally.engine.internal;

import io.tally.engine.EntityMessage;
import io.tally.engine.IdHash;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.Places;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardContext;
import io.tally.engine.ShardService;
import io.tally.engine.SnapshotSource;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A service that is given payloads by a test as its shard would give them. */
public final class CheckedService implements ShardContext {
  private static final int MAX_RECORDS = 1 << 20;

  private final ServiceMessages messages;
  private final ShardService service;
  private final ServiceReply reply = new ServiceReply();
  private final TreeMap<Long, Long> timers = new TreeMap<>();
  private final IdHash idHash;
  private final long incarnation;
  private long timeNs;
  private long standstillNs;
  private final byte[] changedId = new byte[EntityMessage.MAX_ID_LENGTH];
  private int changedIdLength;
  private long changes;

  /**
   * Makes the service of one shard.
   *
   * @param definition of the service.
   */
  public CheckedService(final ServiceDefinition definition) {
    this(definition, 1, 0);
  }

  /**
   * Makes the service of one life of a shard.
   *
   * @param definition of the service.
   * @param incarnation of the shard.
   * @param timeNs the shard's time at its beginning.
   */
  public CheckedService(
      final ServiceDefinition definition, final long incarnation, final long timeNs) {
    this(definition, incarnation, timeNs, new SplittableRandom(incarnation)::nextLong);
  }

  /**
   * Makes the service of one life of a shard.
   *
   * @param definition of the service.
   * @param incarnation of the shard.
   * @param timeNs the shard's time at its beginning.
   * @param random gives the secret by which ids are hashed.
   */
  public CheckedService(
      final ServiceDefinition definition,
      final long incarnation,
      final long timeNs,
      final LongSupplier random) {
    this.incarnation = incarnation;
    idHash = new IdHash(random);
    this.timeNs = timeNs;
    messages = new ServiceMessages(definition, 0);
    service = definition.create(0);
    service.onStart(this);
  }

  /**
   * Has another service go on with the state of this one, and its timers.
   *
   * @param restored which has begun, and had no command.
   * @param stoodStillNs so far apart the times of the two are.
   */
  public void restoreInto(final CheckedService restored, final long stoodStillNs) {
    final KeptRecords records = new KeptRecords();
    final SnapshotSource source = service.snapshot();
    source.beginSnapshot(records);
    while (!source.writeSnapshot(1)) {
      if (records.records.size() > MAX_RECORDS) {
        throw new IllegalStateException("the snapshot does not end");
      }
    }
    source.endSnapshot();
    restored.timeNs = timeNs;
    restored.standstillNs = stoodStillNs;
    restored.timers.clear();
    restored.timers.putAll(timers);
    for (final byte[] record : records.records) {
      restored.service.snapshot().restore(new UnsafeBuffer(record), 0, record.length);
    }
  }

  /**
   * Checks a payload, and has the service apply it if it is a message of its own.
   *
   * @param entityHash of the addressed entity.
   * @param buffer holds the payload.
   * @param offset of the payload.
   * @param length of the payload in bytes.
   * @param target takes the reply.
   * @param targetOffset where to write it.
   * @return what became of it.
   */
  public ServiceReply apply(
      final long entityHash,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final MutableDirectBuffer target,
      final int targetOffset) {
    reply.wrap(target, targetOffset, target.capacity() - targetOffset);
    final long header =
        length < MessageHeaderWord.ENCODED_LENGTH ? 0 : MessageHeaderWord.get(buffer, offset);
    if (MessageHeaderWord.schemaId(header) != messages.schemaId
        || length < ServiceMessages.minLength(header)
        || messages.known(header) == null) {
      reply.invalid();
    } else {
      service.onCommand(
          timeNs, entityHash, MessageHeaderWord.templateId(header), buffer, offset, length, reply);
    }
    return reply;
  }

  /**
   * Lets the shard's time go on. Timers fire on the way, each at its own time.
   *
   * @param ns not before what it was.
   */
  public void at(final long ns) {
    while (!timers.isEmpty() && timers.firstKey() <= ns) {
      timeNs = Math.max(timeNs, timers.firstKey());
      service.onTimer(timeNs, timers.pollFirstEntry().getValue());
    }
    timeNs = ns;
  }

  /**
   * How often the service said that something changed.
   *
   * @return the number.
   */
  public long changes() {
    return changes;
  }

  /**
   * The entity of which it said so last.
   *
   * @return its id, a character for each byte.
   */
  public String changedId() {
    return new String(changedId, 0, changedIdLength, StandardCharsets.ISO_8859_1);
  }

  /**
   * When the next timer is due.
   *
   * @return its time, or the greatest number if none is set.
   */
  public long nextTimerNs() {
    return timers.isEmpty() ? Long.MAX_VALUE : timers.firstKey();
  }

  /**
   * Entities that have state.
   *
   * @return the number.
   */
  public long entityCount() {
    return service.entityCount();
  }

  /** Ends the life of the service. */
  public void close() {
    service.close();
  }

  @Override
  public int shardId() {
    return 0;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public long standstillNs() {
    return standstillNs;
  }

  @Override
  public long timeNs() {
    return timeNs;
  }

  @Override
  public void changed(final DirectBuffer buffer, final int offset, final int length) {
    buffer.getBytes(offset, changedId, 0, length);
    changedIdLength = length;
    changes++;
  }

  @Override
  public IdHash idHash() {
    return idHash;
  }

  @Override
  public Places places() {
    return Places.ASKED;
  }

  @Override
  public boolean setTimer(final long timerId, final long dueNs) {
    cancelTimer(timerId);
    if (timers.size() == messages.definition.maxTimers()) {
      return false;
    }
    timers.put(Math.max(dueNs, timeNs + 1), timerId);
    return true;
  }

  @Override
  public boolean cancelTimer(final long timerId) {
    return timers.values().remove(timerId);
  }
}
