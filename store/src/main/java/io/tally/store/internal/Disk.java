package io.tally.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a node's folder needs of a file system. Names are relative to the folder; the empty one is
 * the folder itself. What was written is on the disk when it was forced, what was created, renamed
 * or deleted when its folder was.
 */
interface Disk {
  /** A file that is written from its start to its end. */
  interface Output extends AutoCloseable {
    /** Writes all that remains in the buffer. */
    void write(ByteBuffer bytes) throws IOException;

    /** If it throws, nothing that was written is certain, and never will be. */
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A file that is read. */
  interface Input extends AutoCloseable {
    long length() throws IOException;

    /** Fills the buffer, or as much of it as the file has from there on. */
    void read(ByteBuffer into, long position) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** The name as an operator would write it. */
  String path(String name);

  /** Names of what a folder holds, in any order; none if there is no such folder. */
  List<String> list(String folder) throws IOException;

  /** Creates an empty file that only its owner may read, in place of one of that name. */
  Output create(String name) throws IOException;

  Input open(String name) throws IOException;

  /** Renames at once or not at all; what had the new name is gone. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file or an empty folder. Does nothing if it is not there. */
  void delete(String name) throws IOException;

  /** Does nothing if it is there. */
  void makeFolder(String name) throws IOException;

  void forceFolder(String name) throws IOException;

  /** Number of a file within its file system; 0 if there is no such file. */
  long inode(String name) throws IOException;

  /** Takes a lock until it is closed; null if somebody else has it. */
  AutoCloseable tryLock(String name) throws IOException;
}
