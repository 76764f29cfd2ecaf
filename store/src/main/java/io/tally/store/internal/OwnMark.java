package io.tally.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Makes the mark of this process in a node's folder, and takes it back. */
final class OwnMark {
  private static final String IDENTITY_TEXT =
      "This file stays with its folder: a copy of it does not count.\n";

  private final Disk disk;

  OwnMark(final Disk disk) {
    this.disk = disk;
  }

  /**
   * Has the mark on the disk when it returns, and the identity that it names, which is made if
   * there is none.
   *
   * @param knownInode of the identity; 0 if there is none.
   * @return the inode of the identity.
   */
  long make(
      final long generation, final long incarnation, final long epochMs, final long knownInode)
      throws StoreException {
    try {
      final long identityInode = knownInode == 0 ? makeIdentity() : knownInode;
      new Mark(generation, incarnation, epochMs, identityInode).write(disk);
      return identityInode;
    } catch (final IOException fault) {
      // Nothing was served, so the state is still the last one.
      new Cleaning(disk).forgetMark(generation);
      throw StoreException.of(disk, FileNames.mark(generation), fault);
    }
  }

  private long makeIdentity() throws IOException {
    SealedFile.writeBytes(
        disk,
        FileNames.IDENTITY,
        ByteBuffer.wrap(IDENTITY_TEXT.getBytes(StandardCharsets.US_ASCII)));
    return disk.inode(FileNames.IDENTITY);
  }

  void forget(final long generation) throws StoreException {
    final String mark = FileNames.mark(generation);
    try {
      disk.delete(mark);
      disk.forceFolder("");
    } catch (final IOException fault) {
      throw StoreException.of(disk, mark, fault);
    }
  }
}
