package io.tally.transport.internal;

/** The subjects of one cluster. Two clusters with different prefixes never meet. */
final class Subjects {
  private final String prefix;

  Subjects(final String prefix) {
    this.prefix = prefix;
  }

  static boolean isPrefix(final String name) {
    return name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
  }

  /** Where every process of the cluster listens for newcomers. */
  String hello() {
    return prefix + ".hello";
  }

  String node(final String nodeId, final long incarnation) {
    return prefix + ".node." + nodeId + '.' + incarnation;
  }
}
