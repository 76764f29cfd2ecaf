package io.tally.testkit;

import io.tally.engine.MessageHeaderWord;
import io.tally.engine.SnapshotSink;
import io.tally.engine.SnapshotSource;
import org.agrona.DirectBuffer;

/**
 * Shows two parts of a service's state as one.
 *
 * @param firstTemplateId of the records of the first part.
 * @param first has only such records.
 * @param second has others.
 */
record JoinedSnapshot(int firstTemplateId, SnapshotSource first, SnapshotSource second)
    implements SnapshotSource {
  @Override
  public void beginSnapshot(final SnapshotSink sink) {
    first.beginSnapshot(sink);
    second.beginSnapshot(sink);
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    // The first part ends where it has shown all of its copy, and shows nothing after that.
    return first.writeSnapshot(limit) && second.writeSnapshot(limit);
  }

  @Override
  public void endSnapshot() {
    first.endSnapshot();
    second.endSnapshot();
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    final int templateId = MessageHeaderWord.templateId(MessageHeaderWord.get(buffer, offset));
    (templateId == firstTemplateId ? first : second).restore(buffer, offset, length);
  }
}
