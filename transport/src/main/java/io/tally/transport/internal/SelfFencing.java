package io.tally.transport.internal;

import io.tally.transport.internal.codecs.NodeState;

/**
 * Decides whether this process may go on as the node of its id, or has to give way to another
 * process of that id. Owned by the receiver.
 */
final class SelfFencing {
  private final LocalNode local;
  private final HelloAnswers answers;
  private final LinkListener listener;

  SelfFencing(final LocalNode local, final HelloAnswers answers, final LinkListener listener) {
    this.local = local;
    this.answers = answers;
    this.listener = listener;
  }

  /** Takes the hello of another process of this node's own id. */
  void onOwnId(final Hello hello) {
    final long incarnation = hello.incarnation;
    final NodeState state = hello.state;
    final NodeState ownState = local.state();
    if (ownState == NodeState.LEAVING || state == NodeState.LEAVING) {
      onKnownIncarnation(ownState == NodeState.STARTING ? incarnation : 0);
      return;
    }
    final boolean otherIsReady = state != NodeState.STARTING;
    if (ownState == NodeState.STARTING) {
      if (otherIsReady || incarnation < local.incarnation) {
        onAlreadyRunning(incarnation);
      }
    } else if (otherIsReady && incarnation > local.incarnation) {
      onSuperseded(incarnation);
    }
    if (hello.wantsAnswer) {
      answers.answer(local, incarnation);
    }
  }

  /** A peer names the highest incarnation of this node that it has seen. */
  void onKnownIncarnation(final long known) {
    if (known < local.incarnation
        || (known == local.incarnation && local.state() != NodeState.STARTING)) {
      return;
    }
    if (local.state() == NodeState.STARTING) {
      if (known > local.knownIncarnation()) {
        local.knownIncarnation(known);
        listener.onKnownIncarnation(known);
      }
    } else if (local.state() != NodeState.LEAVING) {
      onSuperseded(known);
    }
  }

  /**
   * A peer names the highest incarnation of this node's shards that it has known. If this node's
   * own are all lower, they are lives that nobody would believe in.
   */
  void onKnownShardIncarnation(final long known) {
    local.onKnownShardIncarnation(known);
    if (known > local.incarnation
        ? known > local.shardIncarnation()
        : known == local.incarnation && local.shardIncarnation() == 0) {
      onKnownIncarnation(known);
    }
  }

  /**
   * A peer knows later lives of some of this node's shards than the node has announced under this
   * number. Nobody but its own clients would ever reach those shards.
   */
  void onAnnouncementRefused(final long number, final long knownShardIncarnation) {
    if (number > 0 && number == local.announcementNumber()) {
      onSuperseded(knownShardIncarnation);
    }
  }

  /**
   * Others have heard this generation from a process of this node that was ready. Looked at with
   * every hello, since the node may have become ready between two.
   */
  void onKnownGeneration(final long known) {
    local.onKnownGeneration(known);
    final NodeState state = local.state();
    if (local.generation() == 0
        || known <= local.generation()
        || (state != NodeState.READY && state != NodeState.DRAINING)) {
      return;
    }
    if (!local.sameLives()) {
      local.generation(known + 1);
    } else if (local.superseded() == 0 && !local.isOutdated()) {
      local.outdated();
      listener.onOutdated(known);
    }
  }

  private void onAlreadyRunning(final long incarnation) {
    if (local.alreadyRunning() == 0) {
      local.alreadyRunning(incarnation);
      listener.onAlreadyRunning(incarnation);
    }
  }

  private void onSuperseded(final long incarnation) {
    if (local.superseded() == 0) {
      local.superseded(incarnation);
      listener.onSuperseded(incarnation);
    }
  }
}
