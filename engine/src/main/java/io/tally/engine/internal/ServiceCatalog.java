package io.tally.engine.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The services that a node hosts. Immutable. */
public final class ServiceCatalog {
  /** Index of a message that no service of this node knows. */
  static final int UNKNOWN = -1;

  private final ServiceMessages[] services;
  private final List<String> messageNames;
  private final int[] maxReplyLengths;
  private final MessageLengths lengths;

  /**
   * Lists services.
   *
   * @param definitions of the services, at least one.
   * @throws IllegalArgumentException if one says of itself what cannot be, or two of them cannot be
   *     told apart.
   */
  public ServiceCatalog(final List<ServiceDefinition> definitions) {
    require(!definitions.isEmpty(), "a node needs a service");
    final List<String> names = new ArrayList<>();
    services = new ServiceMessages[definitions.size()];
    for (int i = 0; i < services.length; i++) {
      final ServiceDefinition definition = definitions.get(i);
      check(definition);
      services[i] = new ServiceMessages(definition, names.size());
      definition.messages().forEach(message -> names.add(message.name()));
    }
    requireDistinct("name", definitions.stream().map(ServiceDefinition::name));
    requireDistinct("schema id", definitions.stream().map(ServiceDefinition::schemaId));
    requireDistinct("name of entities", definitions.stream().map(d -> d.entities().name()));
    requireDistinct("name of a message", names.stream());
    messageNames = List.copyOf(names);
    maxReplyLengths =
        definitions.stream()
            .flatMap(definition -> definition.messages().stream())
            .mapToInt(MessageType::maxReplyLength)
            .toArray();
    lengths = MessageLengths.of(definitions);
  }

  /** Bounds of their messages. */
  MessageLengths lengths() {
    return lengths;
  }

  ServiceMessages[] services() {
    return services;
  }

  /** Names of the messages of all services, by their indexes. */
  List<String> messageNames() {
    return messageNames;
  }

  /** The messages of a schema, or null. */
  ServiceMessages find(final int schemaId) {
    for (final ServiceMessages service : services) {
      if (service.schemaId == schemaId) {
        return service;
      }
    }
    return null;
  }

  /** Index of the message with this header, or {@link #UNKNOWN}. */
  int indexOf(final long header) {
    final ServiceMessages.Known message = byHeader(header);
    return message == null ? UNKNOWN : message.index();
  }

  /** The version of its schema that whoever takes the message with this header has to know. */
  int neededVersion(final long header) {
    final ServiceMessages.Known message = byHeader(header);
    final int version = MessageHeaderWord.version(header);
    return message == null ? version : Math.max(version, message.sinceVersion());
  }

  /** The message with this header; null if no service of this node knows it. */
  private ServiceMessages.Known byHeader(final long header) {
    final ServiceMessages service = find(MessageHeaderWord.schemaId(header));
    return service == null ? null : service.byTemplate(MessageHeaderWord.templateId(header));
  }

  /** Bound of the reply to a message, by its index; 0 if it is {@link #UNKNOWN}. */
  int maxReplyLength(final int index) {
    return index == UNKNOWN ? 0 : maxReplyLengths[index];
  }

  /** Bound of all replies. */
  int maxReplyLength() {
    return Arrays.stream(maxReplyLengths).max().orElse(0);
  }

  private static void check(final ServiceDefinition definition) {
    require(
        definition.name().matches("[a-z][a-z0-9_]*"),
        "not a name of a service: '" + definition.name() + "'");
    require(
        definition.schemaId() >= 0 && definition.schemaId() <= MessageType.MAX_UINT16,
        "not a schema id: " + definition.schemaId());
    require(
        definition.version() >= 0 && definition.version() <= MessageType.MAX_UINT16,
        "not a version of a schema: " + definition.version());
    require(definition.maxTimers() >= 0, "the number of timers must not be negative");
    require(
        definition.maxCommandLength() >= 0
            && definition.maxCommandLength() <= CommandLayout.MAX_PAYLOAD_LENGTH,
        "the longest command must be from 0 to "
            + CommandLayout.MAX_PAYLOAD_LENGTH
            + " bytes: "
            + definition.maxCommandLength());
    for (final MessageType message : definition.messages()) {
      require(
          message.sinceVersion() >= 0 && message.sinceVersion() <= definition.version(),
          message.name() + " was added in no version of " + definition.name());
    }
  }

  private static void requireDistinct(final String what, final Stream<?> values) {
    final Set<Object> seen = new HashSet<>();
    values.forEach(
        value -> require(seen.add(value), "two services have the " + what + " " + value));
  }

  private static void require(final boolean condition, final String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
