package io.tally.http;

import java.util.List;

/**
 * The entity tags of an If-Match or If-None-Match field (RFC 9110, 8.8.3 and 13.1). A tag of ours
 * names the incarnation of a shard and a version in it, both in hexadecimal digits as {@link
 * ResponseWriter} writes them. Any other is valid too, and matches nothing. Not thread-safe.
 */
final class EntityTags {
  /** Tags that are remembered; further ones match nothing. */
  static final int MAX = 8;

  private static final int MAX_DIGITS = 16;

  private final long[] incarnations = new long[MAX];
  private final long[] versions = new long[MAX];
  private int count;
  private boolean any;
  private boolean weak;

  /** Reads all lines of a field as the one list that they are; returns false if it is malformed. */
  boolean parse(final List<String> lines) {
    count = 0;
    any = false;
    weak = false;
    for (final String line : lines) {
      if (!parse(line)) {
        return false;
      }
    }
    return any ? count == 0 : count > 0;
  }

  private boolean parse(final String line) {
    int position = skip(line, 0, true);
    while (position < line.length()) {
      position = element(line, position);
      if (position < 0) {
        return false;
      }
      position = skip(line, position, false);
      if (position < line.length() && line.charAt(position) != ',') {
        return false;
      }
      position = skip(line, position, true);
    }
    return true;
  }

  /** Where an element of the list ends; -1 if it is malformed. */
  private int element(final String line, final int start) {
    if (line.charAt(start) == '*') {
      // Twice, it is malformed as with any tag beside it.
      count += any ? 1 : 0;
      any = true;
      return start + 1;
    }
    final boolean isWeak = line.startsWith("W/", start);
    weak |= isWeak;
    final int quote = isWeak ? start + 2 : start;
    if (quote >= line.length() || line.charAt(quote) != '"') {
      return -1;
    }
    int end = quote + 1;
    while (end < line.length() && line.charAt(end) != '"') {
      final char next = line.charAt(end);
      if (next <= ' ' || next == 0x7F) {
        return -1;
      }
      end++;
    }
    if (end == line.length()) {
      return -1;
    }
    add(line, quote + 1, end);
    return end + 1;
  }

  private void add(final String line, final int start, final int end) {
    if (count < MAX) {
      final int hyphen = line.indexOf('-', start);
      final boolean ours = isNumber(line, start, hyphen) && isNumber(line, hyphen + 1, end);
      incarnations[count] = ours ? Long.parseUnsignedLong(line, start, hyphen, 16) : 0;
      versions[count] = ours ? Long.parseUnsignedLong(line, hyphen + 1, end, 16) : 0;
    }
    count++;
  }

  /** Tags are compared as bytes, so there is one way to write each number. */
  private static boolean isNumber(final String line, final int start, final int end) {
    final int length = end - start;
    if (length < 1 || length > MAX_DIGITS || line.charAt(start) == '0') {
      return false;
    }
    for (int i = start; i < end; i++) {
      final char next = line.charAt(i);
      if (!(next >= '0' && next <= '9' || next >= 'a' && next <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static int skip(final String line, final int start, final boolean commas) {
    int position = start;
    while (position < line.length()) {
      final char next = line.charAt(position);
      if (next != ' ' && next != '\t' && !(commas && next == ',')) {
        break;
      }
      position++;
    }
    return position;
  }

  /** Whether it is {@code *}, which stands for any version of what exists. */
  boolean isAny() {
    return any;
  }

  /** Number of tags, those included that are not remembered. */
  int count() {
    return count;
  }

  boolean hasWeak() {
    return weak;
  }

  /** Incarnation in the first tag; 0 if that is none of ours. */
  long incarnation() {
    return incarnations[0];
  }

  /** Version in the first tag; 0 if that is none of ours. */
  long version() {
    return versions[0];
  }

  /** Whether a version is among them; 0 stands for nothing, which never is. */
  boolean match(final long incarnation, final long version) {
    if (version == 0 || any) {
      return version != 0;
    }
    for (int i = 0; i < Math.min(count, MAX); i++) {
      if (versions[i] == version && incarnations[i] == incarnation) {
        return true;
      }
    }
    return false;
  }
}
