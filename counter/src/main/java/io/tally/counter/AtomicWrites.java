package io.tally.counter;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tally.counter.codecs.Condition;
import io.tally.counter.codecs.CounterStatus;
import io.tally.counter.codecs.IncrementDecoder;
import io.tally.counter.codecs.IncrementWithDecoder;
import io.tally.counter.codecs.OperationsMode;
import io.tally.counter.codecs.TtlMode;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.ServiceReply;
import io.tally.engine.StableHash;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Lists of increments that are applied all or not at all. First each is decided, in their order, on
 * what the ones before would leave. Then room is made for what is new. Only then something changes.
 * A counter changes once, whatever the number of its operations. Belongs to its shard.
 */
final class AtomicWrites {
  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH;

  private final CounterState counters;
  private final WriteCommand command = new WriteCommand();
  private final BoundedIncrement increment = new BoundedIncrement();

  /** Made when a list first needs them: most shards see none, or short ones. */
  private final PlannedCounter[] planned = new PlannedCounter[OperationsLayout.MAX_OPERATIONS];

  private final int[] messageOffsets = new int[OperationsLayout.MAX_OPERATIONS];
  private final int[] counterOf = new int[OperationsLayout.MAX_OPERATIONS];
  private final byte[] id = new byte[CounterProxy.MAX_ID_LENGTH];
  private int count;
  private int counterCount;

  /** A bound has kept the last operation from being applied. */
  private boolean isBoundHit;

  AtomicWrites(final CounterState counters) {
    this.counters = counters;
  }

  /** The fixed part of the message lies within the payload. */
  void apply(
      final long timeNs,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    if (!read(timeNs, buffer, offset, offset + length)) {
      reply.invalid();
      return;
    }
    begin(reply);
    for (int operation = 0; operation < count; operation++) {
      wrap(timeNs, buffer, operation);
      final CounterStatus status = decide(operation, reply);
      if (status == null) {
        reply.invalid();
        return;
      }
      if (status != CounterStatus.OK || isBoundHit) {
        refuse(operation, status, reply);
        return;
      }
    }
    final long nextExpiryNs = counters.table.nextExpiryNs();
    final int full = makeRoom(timeNs, buffer);
    if (full >= 0) {
      counters.refusals.memoryLimit.increment();
      refuse(firstOf(full), CounterStatus.MEMORY_LIMIT, reply);
      return;
    }
    for (int i = 0; i < counterCount; i++) {
      counters.change(buffer, planned[i], nextExpiryNs);
    }
  }

  /** Finds the operations and their counters. */
  private boolean read(
      final long timeNs, final DirectBuffer buffer, final int offset, final int end) {
    count = 0;
    counterCount = 0;
    if (end - offset < OperationsLayout.OPERATIONS
        || buffer.getByte(offset + OperationsLayout.MODE) != OperationsMode.ALL_OR_NONE.value()) {
      return false;
    }
    final int wanted = buffer.getShort(offset + OperationsLayout.COUNT, LITTLE_ENDIAN) & 0xFFFF;
    if (wanted == 0 || wanted > OperationsLayout.MAX_OPERATIONS) {
      return false;
    }
    int at = offset + OperationsLayout.OPERATIONS;
    while (count < wanted) {
      final int message = at + Short.BYTES;
      if (message > end) {
        return false;
      }
      at = message + (buffer.getShort(at, LITTLE_ENDIAN) & 0xFFFF);
      if (at > end || !isIncrement(buffer, message, at)) {
        return false;
      }
      messageOffsets[count] = message;
      counterOf[count] = counter(timeNs, buffer, count);
      count++;
    }
    return at == end;
  }

  private static boolean isIncrement(final DirectBuffer buffer, final int message, final int end) {
    if (end - message < HEADER_LENGTH) {
      return false;
    }
    final long header = MessageHeaderWord.get(buffer, message);
    final int block = MessageHeaderWord.blockLength(header);
    final int template = MessageHeaderWord.templateId(header);
    final boolean known =
        template == IncrementDecoder.TEMPLATE_ID && block >= IncrementDecoder.BLOCK_LENGTH
            || template == IncrementWithDecoder.TEMPLATE_ID
                && block >= IncrementWithDecoder.BLOCK_LENGTH;
    final int idHeader = message + HEADER_LENGTH + block;
    final int idOffset = idHeader + IncrementDecoder.counterIdHeaderLength();
    if (!known || idOffset > end) {
      return false;
    }
    final int idLength = buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    return idLength > 0 && idLength <= CounterProxy.MAX_ID_LENGTH && idOffset + idLength == end;
  }

  private void wrap(final long timeNs, final DirectBuffer buffer, final int operation) {
    final int message = messageOffsets[operation];
    final int block = message + HEADER_LENGTH;
    final int idHeader =
        block + MessageHeaderWord.blockLength(MessageHeaderWord.get(buffer, message));
    final int idLength = buffer.getShort(idHeader, LITTLE_ENDIAN) & 0xFFFF;
    final int idOffset = idHeader + IncrementDecoder.counterIdHeaderLength();
    command.wrap(timeNs, command.entityHash, buffer, block, idOffset, idLength);
  }

  /** The plan for the counter of an operation, which may have one from an earlier operation. */
  private int counter(final long timeNs, final DirectBuffer buffer, final int operation) {
    wrap(timeNs, buffer, operation);
    buffer.getBytes(command.idOffset, id, 0, command.idLength);
    command.entityHash = StableHash.hash(id, 0, command.idLength);
    final int secretHash = counters.idHash.hash(buffer, command.idOffset, command.idLength);
    for (int i = 0; i < counterCount; i++) {
      if (planned[i].isOf(command, secretHash)) {
        return i;
      }
    }
    if (planned[counterCount] == null) {
      planned[counterCount] = new PlannedCounter();
    }
    planned[counterCount].begin(command, secretHash, counters);
    return counterCount++;
  }

  /** Plans one operation and writes its result. Null if it is none that is known. */
  private CounterStatus decide(final int operation, final ServiceReply reply) {
    final PlannedCounter counter = planned[counterOf[operation]];
    isBoundHit = false;
    if (counter.isRate) {
      counters.refusals.kindMismatch.increment();
      return CounterStatus.KIND_MISMATCH;
    }
    return isPlain(operation)
        ? sum(counter, command.number(IncrementDecoder.amountEncodingOffset()), operation, reply)
        : increment(counter, operation, reply);
  }

  private boolean isPlain(final int operation) {
    return MessageHeaderWord.templateId(
            MessageHeaderWord.get(command.buffer, messageOffsets[operation]))
        == IncrementDecoder.TEMPLATE_ID;
  }

  private CounterStatus sum(
      final PlannedCounter counter,
      final long amount,
      final int operation,
      final ServiceReply reply) {
    final long sum = counter.value + amount;
    if (Bounds.overflows(counter.value, amount, sum)) {
      counters.refusals.overflow.increment();
      return CounterStatus.OVERFLOW;
    }
    counter.value = sum;
    answer(operation, sum, false, 0, 0, reply);
    return CounterStatus.OK;
  }

  private CounterStatus increment(
      final PlannedCounter counter, final int operation, final ServiceReply reply) {
    final TtlMode ttlMode = command.ttlMode();
    if (!increment.wrap(command)
        || command.condition() != Condition.NONE
        || !command.hasValidTtl()) {
      return null;
    }
    final long value = counter.value;
    final boolean isBounded = increment.isBounded();
    if (!increment.add(value)) {
      isBoundHit = isBounded;
      (isBounded ? counters.refusals.bound : counters.refusals.overflow).increment();
      return isBounded ? CounterStatus.OK : CounterStatus.OVERFLOW;
    }
    final long sum = increment.sum();
    counter.value = sum;
    counter.deadlineNs =
        Ttl.deadlineNs(ttlMode, command.ttlMs(), command.timeNs, counter.deadlineNs);
    answer(operation, sum, isBounded, sum - value, leftMs(counter.deadlineNs), reply);
    return CounterStatus.OK;
  }

  /** The time left; 0 if the increment does not ask for it. */
  private long leftMs(final long deadlineNs) {
    return command.ttlMode() == TtlMode.KEEP ? 0 : Ttl.leftMs(command.timeNs, deadlineNs);
  }

  /** Returns the counter for which there is none, and then nothing has changed; or -1. */
  private int makeRoom(final long timeNs, final DirectBuffer buffer) {
    for (int i = 0; i < counterCount; i++) {
      if (!counters.makeRoom(timeNs, buffer, planned[i])) {
        for (int made = i; made >= 0; made--) {
          counters.giveRoomBack(planned[made]);
        }
        return i;
      }
    }
    return -1;
  }

  private int firstOf(final int counter) {
    int operation = 0;
    while (counterOf[operation] != counter) {
      operation++;
    }
    return operation;
  }

  private void begin(final ServiceReply reply) {
    final MutableDirectBuffer buffer = reply.buffer();
    final int start = reply.offset();
    MessageHeaderWord.put(buffer, start, OperationsLayout.REPLY_HEADER);
    buffer.putByte(start + OperationsLayout.STATUS, (byte) CounterStatus.OK.value());
    buffer.putShort(start + OperationsLayout.REFUSED, (short) OperationsLayout.NONE, LITTLE_ENDIAN);
    buffer.putShort(
        start + OperationsLayout.RESULTS_GROUP, (short) OperationsLayout.RESULT, LITTLE_ENDIAN);
    buffer.putShort(start + OperationsLayout.RESULTS_COUNT, (short) count, LITTLE_ENDIAN);
    reply.length(OperationsLayout.RESULTS + count * OperationsLayout.RESULT);
  }

  private static void answer(
      final int operation,
      final long value,
      final boolean hasApplied,
      final long applied,
      final long ttlMs,
      final ServiceReply reply) {
    final MutableDirectBuffer buffer = reply.buffer();
    final int at = reply.offset() + OperationsLayout.RESULTS + operation * OperationsLayout.RESULT;
    buffer.putLong(at + OperationsLayout.VALUE, value, LITTLE_ENDIAN);
    buffer.putLong(at + OperationsLayout.APPLIED, applied, LITTLE_ENDIAN);
    buffer.putLong(at + OperationsLayout.TTL_MS, ttlMs, LITTLE_ENDIAN);
    buffer.putByte(at + OperationsLayout.HAS_APPLIED, (byte) (hasApplied ? 1 : 0));
  }

  /** Nothing has changed: all operations are answered with what is there. */
  private void refuse(final int operation, final CounterStatus status, final ServiceReply reply) {
    final MutableDirectBuffer buffer = reply.buffer();
    buffer.putByte(reply.offset() + OperationsLayout.STATUS, (byte) status.value());
    buffer.putShort(reply.offset() + OperationsLayout.REFUSED, (short) operation, LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      final PlannedCounter counter = planned[counterOf[i]];
      wrap(command.timeNs, command.buffer, i);
      final long leftMs = isPlain(i) ? 0 : leftMs(counter.deadlineBeforeNs);
      answer(i, counter.valueBefore, true, 0, leftMs, reply);
    }
    if (status != CounterStatus.OK) {
      reply.refuse(status.value());
    }
    if (status == CounterStatus.MEMORY_LIMIT) {
      reply.notUnderKey();
    }
  }
}
