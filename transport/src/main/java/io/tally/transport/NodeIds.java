package io.tally.transport;

import java.util.List;

/**
 * The syntax of node ids: 1 to 64 of {@code A-Z a-z 0-9 _ -}, which are safe in a subject and in a
 * log line.
 */
final class NodeIds {
  static final int MAX_LENGTH = 64;

  static final int MAX_COUNT = 1024;

  private NodeIds() {}

  /** Whether this is a node list: sorted, distinct and not too long. */
  static boolean areValid(final List<String> ids) {
    for (int i = 1; i < ids.size(); i++) {
      if (ids.get(i - 1).compareTo(ids.get(i)) >= 0) {
        return false;
      }
    }
    return !ids.isEmpty() && ids.size() <= MAX_COUNT && ids.stream().allMatch(NodeIds::isValid);
  }

  static boolean isValid(final CharSequence id) {
    final int length = id.length();
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (!isValid(id.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isValid(final char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }
}
