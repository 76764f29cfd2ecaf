package io.tally.testkit;

import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.NoLink;
import io.tally.engine.internal.NodeLink;
import io.tally.engine.internal.NodeOutput;
import io.tally.engine.internal.ShardDirectory;
import io.tally.transport.internal.LinkWitness;

/** A node link whose process may stand still before and after each call. */
record PausingLink(ProcessExecution execution, NodeLink link, LinkWitness witness)
    implements NodeLink {
  /** The link of an engine; one that leads nowhere where the node has none. */
  static NodeLink of(
      final ProcessExecution execution,
      final NodeLink link,
      final LinkWitness witness,
      final ClusterSettings cluster) {
    return link == null
        ? new NoLink(new ShardDirectory(cluster))
        : new PausingLink(execution, link, witness);
  }

  @Override
  public ShardDirectory directory() {
    return link.directory();
  }

  @Override
  public NodeOutput newOutput() {
    return new PausingOutput(execution, link.newOutput(), witness.newOutput());
  }

  @Override
  public long incarnation(final int nodeIndex) {
    execution.touch();
    final long incarnation = link.incarnation(nodeIndex);
    execution.touch();
    return incarnation;
  }

  @Override
  public int serviceVersion(final int nodeIndex, final int schemaId) {
    execution.touch();
    return link.serviceVersion(nodeIndex, schemaId);
  }

  @Override
  public int protocolVersion(final int nodeIndex, final long incarnation) {
    execution.touch();
    final int version = link.protocolVersion(nodeIndex, incarnation);
    execution.touch();
    return version;
  }

  @Override
  public long drainingIncarnation(final int nodeIndex) {
    execution.touch();
    return link.drainingIncarnation(nodeIndex);
  }

  @Override
  public boolean isAnyDraining() {
    execution.touch();
    return link.isAnyDraining();
  }

  @Override
  public void onShardsChanged() {
    execution.touch();
    link.onShardsChanged();
  }

  @Override
  public void onResolved() {
    execution.touch();
    link.onResolved();
  }
}
