package io.tally.store.internal;

import java.util.List;
import java.util.Map;

/**
 * A snapshot of a node's shards on disk. It is whole if its manifest is, and every shard's file
 * fits it: the manifest was checked before this object was made, the files are checked as they are
 * read. Thread-safe. Its files may move when the node begins.
 */
public final class Snapshot {
  private final Disk disk;
  private final String folder;
  private final Manifest manifest;
  private final Map<String, String> folders;

  /** Files of shards that are in none of the folders are looked for beside the manifest. */
  Snapshot(
      final Disk disk,
      final String folder,
      final Manifest manifest,
      final Map<String, String> folders) {
    this.disk = disk;
    this.folder = folder;
    this.manifest = manifest;
    this.folders = folders;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Where the manifest is: empty, or what was set aside. */
  String folder() {
    return folder;
  }

  String path() {
    return disk.path(FileNames.in(folder, FileNames.manifest(manifest.generation())));
  }

  /**
   * The node that wrote it.
   *
   * @return its id.
   */
  public String nodeId() {
    return manifest.node().nodeId();
  }

  /**
   * Its number among all that this node wrote.
   *
   * @return the generation, above 0.
   */
  public long generation() {
    return manifest.generation();
  }

  /**
   * When it was written.
   *
   * @return the kind.
   */
  public SnapshotKind kind() {
    return manifest.kind();
  }

  /**
   * The wall clock when it was written.
   *
   * @return milliseconds since 1970.
   */
  public long epochMs() {
    return manifest.epochMs();
  }

  /**
   * The services whose state it holds.
   *
   * @return them, with their versions.
   */
  public List<StoredService> services() {
    return manifest.node().services();
  }

  /**
   * The shards that it holds: all that the node owned.
   *
   * @return their ids, rising; a new array.
   */
  public int[] shardIds() {
    return manifest.shards().stream().mapToInt(StoredShard::shardId).toArray();
  }

  /**
   * The life of a shard that it shows.
   *
   * @param shardId one of its shards.
   * @return the incarnation.
   */
  public long shardIncarnation(final int shardId) {
    return shard(shardId).incarnation();
  }

  /**
   * Length of all files of its shards.
   *
   * @return the number of bytes.
   */
  public long bytes() {
    return manifest.shards().stream().mapToLong(StoredShard::fileLength).sum();
  }

  /**
   * Reads a shard, block by block, and checks each block before its records are handed out. Blocks
   * on the disk. Several threads may read several shards at once; each call takes 128 KiB outside
   * the heap while it runs.
   *
   * @param shardId one of its shards.
   * @param records takes the records.
   * @throws StoreException if the file is not what was written, or the handler refused a record.
   */
  public void read(final int shardId, final RecordHandler records) throws StoreException {
    final StoredShard shard = shard(shardId);
    final String name = FileNames.shard(manifest.generation(), shardId);
    final String path = FileNames.in(folders.getOrDefault(name, folder), name);
    try (ShardFileReader reader = new ShardFileReader(disk, path)) {
      reader.read(manifest.generation(), shard, records);
    }
  }

  /**
   * Reads all shards and hands out nothing.
   *
   * @throws StoreException with the first fault that is found.
   */
  public void check() throws StoreException {
    for (final StoredShard shard : manifest.shards()) {
      read(shard.shardId(), (buffer, offset, length) -> {});
    }
  }

  private StoredShard shard(final int shardId) {
    return manifest.shards().stream()
        .filter(shard -> shard.shardId() == shardId)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no shard " + shardId + " in it"));
  }
}
