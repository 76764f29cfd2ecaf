package io.tally.store.internal;

/** Names of the files in a node's folder. */
final class FileNames {
  static final String LOCK = "lock";
  static final String IDENTITY = "identity";
  static final String MANIFEST = "manifest-";
  static final String MARK = "used-";
  static final String ASIDE = "aside-";

  private static final String SHARD = "shard-";
  private static final String SHARD_END = ".tally";
  private static final String TEMPORARY_END = ".tmp";

  private FileNames() {}

  static String manifest(final long generation) {
    return MANIFEST + generation;
  }

  static String mark(final long generation) {
    return MARK + generation;
  }

  static String aside(final long generation) {
    return ASIDE + generation;
  }

  static String shard(final long generation, final int shardId) {
    return SHARD + generation + "-" + shardId + SHARD_END;
  }

  static String temporary(final String name) {
    return name + TEMPORARY_END;
  }

  static boolean isTemporary(final String name) {
    return name.endsWith(TEMPORARY_END);
  }

  /** Whether a folder that holds this is that of a node. */
  static boolean isOfNode(final String name) {
    return name.equals(IDENTITY) || generation(MANIFEST, name) >= 0 || generation(MARK, name) >= 0;
  }

  static String in(final String folder, final String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /** The generation behind a prefix; -1 if this is no such name. */
  static long generation(final String prefix, final String name) {
    return name.startsWith(prefix) ? number(name.substring(prefix.length())) : -1;
  }

  /** The generation of a shard's file; -1 if this is none. */
  static long shardGeneration(final String name) {
    final int dash = name.lastIndexOf('-');
    final boolean isShard =
        name.startsWith(SHARD)
            && name.endsWith(SHARD_END)
            && dash > SHARD.length()
            && number(name.substring(dash + 1, name.length() - SHARD_END.length())) >= 0;
    return isShard ? number(name.substring(SHARD.length(), dash)) : -1;
  }

  /** Reads a number as it is written here: without signs and leading zeros. */
  private static long number(final String digits) {
    try {
      final long value = Long.parseLong(digits);
      return value >= 0 && Long.toString(value).equals(digits) ? value : -1;
    } catch (final NumberFormatException other) {
      return -1;
    }
  }
}
