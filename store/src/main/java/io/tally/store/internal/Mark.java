package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.MarkDecoder;
import io.tally.store.internal.codecs.MarkEncoder;
import io.tally.store.internal.codecs.MessageHeaderDecoder;
import io.tally.store.internal.codecs.MessageHeaderEncoder;
import java.io.IOException;
import org.agrona.ExpandableArrayBuffer;

/** A process began when this was the highest generation, and in the folder of this identity. */
record Mark(long generation, long incarnation, long epochMs, long identityInode) {

  void write(final Disk disk) throws IOException {
    final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    final MarkEncoder encoder =
        new MarkEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .generation(generation)
            .incarnation(incarnation)
            .epochMs(epochMs)
            .identityInode(identityInode);
    SealedFile.write(
        disk,
        FileNames.mark(generation),
        buffer,
        MessageHeaderWord.ENCODED_LENGTH + encoder.encodedLength());
  }

  static Mark read(final Disk disk, final String name, final long generation)
      throws StoreException {
    final MarkDecoder decoder =
        new MarkDecoder()
            .wrapAndApplyHeader(
                SealedFile.read(disk, name, MarkDecoder.TEMPLATE_ID),
                0,
                new MessageHeaderDecoder());
    if (decoder.generation() != generation) {
      throw StoreException.of(disk, name, "is damaged: it is not of its name");
    }
    return new Mark(generation, decoder.incarnation(), decoder.epochMs(), decoder.identityInode());
  }
}
