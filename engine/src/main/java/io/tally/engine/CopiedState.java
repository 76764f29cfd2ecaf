package io.tally.engine;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * Snapshots of a service that is small enough to be copied as a whole when a snapshot begins: the
 * shard stands still for as long as that takes. The copy is shown in pieces, so that it takes many
 * slices. Belongs to the thread that steps the shard.
 */
public final class CopiedState implements SnapshotSource {
  /** The template id of its records, unless another one is given. */
  public static final int TEMPLATE_ID = 200;

  /** Longest copy, bytes. */
  public static final int MAX_LENGTH = 1 << 26;

  private static final int HEADER_LENGTH = MessageHeaderWord.ENCODED_LENGTH + Integer.BYTES;
  private static final int MIN_PIECE_LENGTH = 48;
  private static final int MAX_PIECES = 1 << 12;

  private final int schemaId;
  private final int templateId;
  private final Supplier<byte[]> copy;
  private final Consumer<byte[]> restore;
  private SnapshotSink sink;
  private byte[] image = new byte[0];
  private int pieceLength;
  private int done;

  /**
   * Creates the source of one service.
   *
   * @param schemaId of the service.
   * @param copy makes a copy of its state, of one byte at least and {@link #MAX_LENGTH} at most.
   * @param restore takes such a copy as the state.
   */
  public CopiedState(
      final int schemaId, final Supplier<byte[]> copy, final Consumer<byte[]> restore) {
    this(schemaId, TEMPLATE_ID, copy, restore);
  }

  /**
   * Creates the source of a part of a service.
   *
   * @param schemaId of the service.
   * @param templateId of its records, which no other part has.
   * @param copy makes a copy of its state, of one byte at least and {@link #MAX_LENGTH} at most.
   * @param restore takes such a copy as the state.
   */
  public CopiedState(
      final int schemaId,
      final int templateId,
      final Supplier<byte[]> copy,
      final Consumer<byte[]> restore) {
    this.schemaId = schemaId;
    this.templateId = templateId;
    this.copy = copy;
    this.restore = restore;
  }

  @Override
  public void beginSnapshot(final SnapshotSink to) {
    sink = to;
    image = copy.get();
    done = 0;
    pieceLength = Math.max(MIN_PIECE_LENGTH, image.length / MAX_PIECES);
    if (image.length == 0 || image.length > MAX_LENGTH) {
      throw new IllegalStateException("a copy of " + image.length + " bytes");
    }
  }

  @Override
  public boolean writeSnapshot(final int limit) {
    for (int count = 0; count < limit && done < image.length; count++) {
      final int length = Math.min(pieceLength, image.length - done);
      final int offset = sink.tryClaim(HEADER_LENGTH + length);
      if (offset == SnapshotSink.FULL) {
        return false;
      }
      MessageHeaderWord.put(
          sink.buffer(), offset, MessageHeaderWord.of(0, templateId, schemaId, 0));
      sink.buffer().putInt(offset + MessageHeaderWord.ENCODED_LENGTH, image.length);
      sink.buffer().putBytes(offset + HEADER_LENGTH, image, done, length);
      sink.commit();
      done += length;
    }
    return done == image.length;
  }

  @Override
  public void endSnapshot() {
    sink = null;
  }

  @Override
  public void restore(final DirectBuffer buffer, final int offset, final int length) {
    final int total = buffer.getInt(offset + MessageHeaderWord.ENCODED_LENGTH);
    if (total < 0 || total > MAX_LENGTH || done > 0 && total != image.length) {
      throw new IllegalArgumentException("no piece of a state");
    }
    if (done == 0) {
      image = new byte[total];
    }
    buffer.getBytes(offset + HEADER_LENGTH, image, done, length - HEADER_LENGTH);
    done += length - HEADER_LENGTH;
    if (done == image.length) {
      restore.accept(Arrays.copyOf(image, done));
      done = 0;
    }
  }
}
