package io.tally.store.internal;

import io.tally.engine.ClusterSettings;
import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.Kind;
import io.tally.store.internal.codecs.ManifestDecoder;
import io.tally.store.internal.codecs.ManifestEncoder;
import io.tally.store.internal.codecs.MessageHeaderDecoder;
import io.tally.store.internal.codecs.MessageHeaderEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes manifests and reads them. */
final class ManifestFile {
  private ManifestFile() {}

  static void write(final Disk disk, final Manifest manifest) throws IOException {
    final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    final int length = encode(manifest, buffer);
    SealedFile.write(disk, FileNames.manifest(manifest.generation()), buffer, length);
  }

  private static int encode(final Manifest manifest, final ExpandableArrayBuffer buffer) {
    final StoredNode node = manifest.node();
    final ManifestEncoder encoder =
        new ManifestEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .generation(manifest.generation())
            .incarnation(manifest.incarnation())
            .highestIncarnation(manifest.highestIncarnation())
            .epochMs(manifest.epochMs())
            .identityInode(manifest.identityInode())
            .placement(node.settings().fingerprint())
            .laneWindow(node.settings().laneWindow())
            .shardCount(node.settings().shardCount())
            .hashVersion(manifest.hashVersion())
            .kind(manifest.isStopped() ? Kind.STOPPED : Kind.SERVING);
    final ManifestEncoder.ShardsEncoder shards = encoder.shardsCount(manifest.shards().size());
    for (final StoredShard shard : manifest.shards()) {
      shards
          .next()
          .incarnation(shard.incarnation())
          .fileLength(shard.fileLength())
          .recordCount(shard.recordCount())
          .checksum(shard.checksum())
          .shardId(shard.shardId());
    }
    final ManifestEncoder.ServicesEncoder services = encoder.servicesCount(node.services().size());
    for (final StoredService service : node.services()) {
      final byte[] name = utf8(service.name());
      services
          .next()
          .schemaId(service.schemaId())
          .version(service.version())
          .putName(name, 0, name.length);
    }
    final List<String> nodeIds = node.settings().nodeIds();
    final ManifestEncoder.NodesEncoder nodes = encoder.nodesCount(nodeIds.size());
    for (final String nodeId : nodeIds) {
      final byte[] id = utf8(nodeId);
      nodes.next().putNodeId(id, 0, id.length);
    }
    final byte[] nodeId = utf8(node.nodeId());
    final byte[] cluster = utf8(node.cluster());
    final byte[] seed = utf8(node.settings().seed());
    encoder
        .putNodeId(nodeId, 0, nodeId.length)
        .putCluster(cluster, 0, cluster.length)
        .putSeed(seed, 0, seed.length);
    return MessageHeaderWord.ENCODED_LENGTH + encoder.encodedLength();
  }

  /** Reads the manifest of a generation. */
  static Manifest read(final Disk disk, final String name, final long generation)
      throws StoreException {
    final UnsafeBuffer buffer = SealedFile.read(disk, name, ManifestDecoder.TEMPLATE_ID);
    final Manifest manifest;
    final boolean fits;
    try {
      final ManifestDecoder decoder =
          new ManifestDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
      manifest = decode(decoder);
      fits = MessageHeaderWord.ENCODED_LENGTH + decoder.encodedLength() == buffer.capacity();
    } catch (final RuntimeException fault) {
      throw StoreException.of(disk, name, fault);
    }
    if (!fits || manifest.generation() != generation) {
      throw StoreException.of(disk, name, "is damaged: it is not of its name or length");
    }
    return manifest;
  }

  private static Manifest decode(final ManifestDecoder decoder) {
    final List<StoredShard> shards = new ArrayList<>();
    for (final ManifestDecoder.ShardsDecoder shard : decoder.shards()) {
      shards.add(
          new StoredShard(
              shard.shardId(),
              shard.incarnation(),
              shard.fileLength(),
              shard.recordCount(),
              shard.checksum()));
    }
    final List<StoredService> services = new ArrayList<>();
    for (final ManifestDecoder.ServicesDecoder service : decoder.services()) {
      final int schemaId = service.schemaId();
      final int version = service.version();
      services.add(
          new StoredService(schemaId, version, text(service.nameLength(), service::getName)));
    }
    final List<String> nodeIds = new ArrayList<>();
    for (final ManifestDecoder.NodesDecoder node : decoder.nodes()) {
      nodeIds.add(text(node.nodeIdLength(), node::getNodeId));
    }
    final String nodeId = text(decoder.nodeIdLength(), decoder::getNodeId);
    final String cluster = text(decoder.clusterLength(), decoder::getCluster);
    final String seed = text(decoder.seedLength(), decoder::getSeed);
    final ClusterSettings settings =
        new ClusterSettings(nodeIds, decoder.shardCount(), seed, (int) decoder.laneWindow());
    return new Manifest(
        decoder.kind() == Kind.STOPPED ? SnapshotKind.STOPPED : SnapshotKind.SERVING,
        decoder.generation(),
        decoder.incarnation(),
        decoder.highestIncarnation(),
        decoder.epochMs(),
        decoder.identityInode(),
        decoder.hashVersion(),
        new StoredNode(nodeId, cluster, settings, services),
        List.copyOf(shards));
  }

  private interface Field {
    int get(byte[] target, int offset, int length);
  }

  private static String text(final int length, final Field field) {
    final byte[] bytes = new byte[length];
    field.get(bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
