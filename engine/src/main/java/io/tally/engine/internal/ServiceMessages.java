package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;

/** The messages of one service as a node knows them. Immutable. */
final class ServiceMessages {
  /** A message, and its index among those of all services of the node. */
  record Known(
      int index, int minBlockLength, boolean write, int maxReplyLength, int sinceVersion) {}

  final ServiceDefinition definition;
  final int schemaId;
  private final int version;
  private final Known[] byTemplate;

  ServiceMessages(final ServiceDefinition definition, final int firstIndex) {
    this.definition = definition;
    schemaId = definition.schemaId();
    version = definition.version();
    byTemplate =
        new Known
            [1 + definition.messages().stream().mapToInt(MessageType::templateId).max().orElse(0)];
    int index = firstIndex;
    for (final MessageType type : definition.messages()) {
      if (byTemplate[type.templateId()] != null) {
        throw new IllegalArgumentException(
            definition.name() + " has two messages with template id " + type.templateId());
      }
      byTemplate[type.templateId()] =
          new Known(
              index++,
              type.minBlockLength(),
              type.write(),
              type.maxReplyLength(),
              type.sinceVersion());
    }
  }

  /**
   * The message that has this header. Null if the service does not know it, or knows more fixed
   * fields of it.
   */
  Known known(final long header) {
    final Known message = byTemplate(MessageHeaderWord.templateId(header));
    return message != null
            && MessageHeaderWord.version(header) <= version
            && MessageHeaderWord.blockLength(header) >= message.minBlockLength
        ? message
        : null;
  }

  /** What a payload with this header takes at least. */
  static int minLength(final long header) {
    return MessageHeaderWord.ENCODED_LENGTH + MessageHeaderWord.blockLength(header);
  }

  /** The message with a template id; null if there is none. */
  Known byTemplate(final int templateId) {
    return templateId < byTemplate.length ? byTemplate[templateId] : null;
  }
}
