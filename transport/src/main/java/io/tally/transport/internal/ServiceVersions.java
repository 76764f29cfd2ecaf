package io.tally.transport.internal;

import java.util.List;

/** The services that one process hosts, in the order of their schema ids. Immutable. */
final class ServiceVersions {
  private final int[] schemaIds;
  private final int[] versions;

  /** Takes services with distinct schema ids in ascending order. */
  ServiceVersions(final List<ServiceVersion> ascending) {
    schemaIds = ascending.stream().mapToInt(ServiceVersion::schemaId).toArray();
    versions = ascending.stream().mapToInt(ServiceVersion::version).toArray();
  }

  int[] schemaIds() {
    return schemaIds.clone();
  }

  int count() {
    return schemaIds.length;
  }

  int schemaId(final int index) {
    return schemaIds[index];
  }

  int version(final int index) {
    return versions[index];
  }

  /** The version of a service, or -1 if it is not hosted. */
  int versionOf(final int schemaId) {
    for (int i = 0; i < schemaIds.length; i++) {
      if (schemaIds[i] == schemaId) {
        return versions[i];
      }
    }
    return -1;
  }
}
