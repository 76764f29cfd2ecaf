package io.tally.engine;

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
   * The message of a payload that begins with this header. Null if the service does not know it, or
   * the payload does not hold its fixed part.
   */
  Known known(final long header, final int payloadLength) {
    final int blockLength = MessageHeaderWord.blockLength(header);
    final Known message = byTemplate(MessageHeaderWord.templateId(header));
    return message != null
            && MessageHeaderWord.version(header) <= version
            && blockLength >= message.minBlockLength
            && MessageHeaderWord.ENCODED_LENGTH + blockLength <= payloadLength
        ? message
        : null;
  }

  /** Null if there is none. */
  Known byTemplate(final int templateId) {
    return templateId < byTemplate.length ? byTemplate[templateId] : null;
  }
}
