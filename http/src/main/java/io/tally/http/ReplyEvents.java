package io.tally.http;

import io.tally.engine.EntityMessage;
import io.tally.engine.FixedMessage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.sbe.MessageDecoderFlyweight;
import org.agrona.sbe.MessageEncoderFlyweight;

/** Tells of entities as the answer of a row shows them, whose replies are one message each. */
final class ReplyEvents<D extends MessageDecoderFlyweight>
    implements EntityEvents<ReplyEvents.Told> {
  private final Supplier<? extends MessageEncoderFlyweight> read;
  private final Supplier<D> reply;
  private final BiConsumer<D, Answer> reader;
  private final AnswerShape shape;

  /** The integers of an answer; bit i is set if integer i is. */
  static final class Told implements Answer {
    final long[] integers = new long[AnswerValues.MAX_INTEGERS];
    int set;

    @Override
    public void integer(final int index, final long value) {
      integers[index] = value;
      set |= 1 << index;
    }
  }

  ReplyEvents(
      final Supplier<? extends MessageEncoderFlyweight> read,
      final Supplier<D> reply,
      final BiConsumer<D, Answer> reader,
      final AnswerShape shape) {
    this.read = read;
    this.reply = reply;
    this.reader = reader;
    this.shape = shape;
  }

  @Override
  public DirectBuffer readOf(final byte[] id) {
    return EntityMessage.of(read.get(), id);
  }

  @Override
  public Told valueOf(
      final int serviceCode, final DirectBuffer buffer, final int offset, final int length) {
    final D message = reply.get();
    if (serviceCode != 0 || !FixedMessage.wrap(message, buffer, offset, length)) {
      return null;
    }
    final Told told = new Told();
    reader.accept(message, told);
    return told;
  }

  @Override
  public void write(final Told told, final long passedMs, final EventWriter out) {
    shape.writeMembers(out, told.set, told.integers, passedMs);
  }
}
