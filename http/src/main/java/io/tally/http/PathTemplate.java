package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The paths that are the same up to their id, and what follows the id in each of them. */
final class PathTemplate {
  final byte[] prefix;
  private final List<byte[]> suffixes = new ArrayList<>();
  private final List<Resource> resources = new ArrayList<>();

  PathTemplate(final byte[] prefix) {
    this.prefix = prefix;
  }

  /** Adds what stands at the path that goes on so behind its id. */
  void add(final byte[] suffix, final Resource resource) {
    suffixes.add(suffix);
    resources.add(resource);
  }

  boolean isBefore(final byte[] path, final int length) {
    return length > prefix.length
        && Arrays.equals(path, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** What stands at a path whose id ends here; null if nothing does. */
  Resource find(final byte[] path, final int idEnd, final int length) {
    for (int i = 0; i < suffixes.size(); i++) {
      final byte[] suffix = suffixes.get(i);
      if (Arrays.equals(path, idEnd, length, suffix, 0, suffix.length)) {
        return resources.get(i);
      }
    }
    return null;
  }

  boolean matches(final String path) {
    final byte[] bytes = bytes(path);
    return isBefore(bytes, bytes.length)
        && find(bytes, idEnd(bytes, prefix.length, bytes.length), bytes.length) != null;
  }

  static byte[] bytes(final String path) {
    return path.getBytes(ISO_8859_1);
  }

  static int idEnd(final byte[] path, final int id, final int length) {
    int end = id;
    while (end < length && path[end] != '/') {
      end++;
    }
    return end;
  }
}
