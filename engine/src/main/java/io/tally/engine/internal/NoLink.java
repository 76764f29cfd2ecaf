package io.tally.engine.internal;

/**
 * A link that leads nowhere, for a cluster of one node.
 *
 * @param directory of the node's shards.
 */
public record NoLink(ShardDirectory directory) implements NodeLink {
  @Override
  public NodeOutput newOutput() {
    return NoOutput.INSTANCE;
  }

  @Override
  public long incarnation(final int nodeIndex) {
    return 0;
  }

  @Override
  public int serviceVersion(final int nodeIndex, final int schemaId) {
    return -1;
  }

  @Override
  public int protocolVersion(final int nodeIndex, final long incarnation) {
    return 0;
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    return 0;
  }

  @Override
  public boolean isAnyDraining() {
    return false;
  }

  @Override
  public void onResolved() {}

  @Override
  public void onShardsChanged() {}
}
