package io.tally.engine.internal;

import io.tally.engine.ForwardingService;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Makes the answers of a service longer, by a tail of which length and bytes follow from the answer
 * itself: most of them fit into no slot.
 */
final class LongAnswers implements ServiceDefinition {
  static final int MAX_TAIL = 800;

  private final ServiceDefinition definition;

  LongAnswers(final ServiceDefinition definition) {
    this.definition = definition;
  }

  /** Whether an answer of which so many bytes are the service's has its tail. */
  static boolean isWhole(
      final DirectBuffer buffer, final int offset, final int length, final int answerLength) {
    boolean whole = length == answerLength + tail(buffer, offset, answerLength);
    for (int i = answerLength; whole && i < length; i++) {
      whole = buffer.getByte(offset + i) == fill(buffer, offset, answerLength);
    }
    return whole;
  }

  private static int tail(final DirectBuffer buffer, final int offset, final int length) {
    return (sum(buffer, offset, length) & 0x7FFF_FFFF) % (MAX_TAIL + 1);
  }

  private static byte fill(final DirectBuffer buffer, final int offset, final int length) {
    return (byte) (sum(buffer, offset, length) >>> 24);
  }

  private static int sum(final DirectBuffer buffer, final int offset, final int length) {
    int sum = 17;
    for (int i = 0; i < length; i++) {
      sum = (sum ^ buffer.getByte(offset + i)) * 0x0100_0193;
    }
    return sum;
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public int schemaId() {
    return definition.schemaId();
  }

  @Override
  public int version() {
    return definition.version();
  }

  @Override
  public List<MessageType> messages() {
    return definition.messages().stream().map(LongAnswers::lengthened).toList();
  }

  private static MessageType lengthened(final MessageType type) {
    return new MessageType(
        type.templateId(),
        type.name(),
        type.write(),
        type.minBlockLength(),
        type.maxReplyLength() + MAX_TAIL,
        type.sinceVersion());
  }

  @Override
  public int maxCommandLength() {
    return definition.maxCommandLength();
  }

  @Override
  public int maxTimers() {
    return definition.maxTimers();
  }

  @Override
  public ShardService create(final int shardId) {
    return new Lengthened(definition.create(shardId));
  }

  private static final class Lengthened extends ForwardingService {
    Lengthened(final ShardService service) {
      super(service);
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
      service.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (reply.isValid()) {
        final int answer = reply.length();
        final int tail = tail(reply.buffer(), reply.offset(), answer);
        final byte fill = fill(reply.buffer(), reply.offset(), answer);
        reply.buffer().setMemory(reply.offset() + answer, tail, fill);
        reply.length(answer + tail);
      }
    }
  }
}
