package io.tally.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A folder of the file system of this machine. */
final class FileDisk implements Disk {
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** A lock belongs to the process, and is lost when any channel of its file is closed. */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  private final Path root;

  /** Has the names in a folder on the disk when it returns. */
  interface FolderForce {
    void force(Path folder) throws IOException;
  }

  FileDisk(final Path root) {
    this.root = root;
  }

  /** Makes the folder and what is above it, each with its name on the disk. */
  void makeRoot() throws IOException {
    makeRoot(FileDisk::force);
  }

  void makeRoot(final FolderForce force) throws IOException {
    final Path folder = root.toAbsolutePath();
    if (Files.isDirectory(folder)) {
      try {
        // Whoever made it may have been killed before its name was on the disk.
        force.force(folder.getParent());
      } catch (final AccessDeniedException other) {
        // Then it was made by the one who may.
      }
    } else {
      make(folder.getParent(), force);
      Files.createDirectory(folder, OWNER_FOLDER);
      force.force(folder.getParent());
    }
  }

  private static void make(final Path folder, final FolderForce force) throws IOException {
    if (!Files.isDirectory(folder)) {
      make(folder.getParent(), force);
      try {
        Files.createDirectory(folder);
      } catch (final FileAlreadyExistsException present) {
        // Another process made it at the same time, or it is a file, and what follows fails.
      }
      force.force(folder.getParent());
    }
  }

  @Override
  public String path(final String name) {
    return root.resolve(name).toString();
  }

  @Override
  public List<String> list(final String folder) throws IOException {
    final List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (final NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (final DirectoryIteratorException fault) {
      throw fault.getCause();
    }
    return names;
  }

  @Override
  public Output create(final String name) throws IOException {
    final Path file = root.resolve(name);
    // Its mode would be that of the old one.
    Files.deleteIfExists(file);
    final FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_FILE);
    return new ChannelOutput(channel);
  }

  @Override
  public Input open(final String name) throws IOException {
    return new ChannelInput(FileChannel.open(root.resolve(name), StandardOpenOption.READ));
  }

  @Override
  public void rename(final String from, final String to) throws IOException {
    Files.move(root.resolve(from), root.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(final String name) throws IOException {
    Files.deleteIfExists(root.resolve(name));
  }

  @Override
  public void makeFolder(final String name) throws IOException {
    try {
      Files.createDirectory(root.resolve(name), OWNER_FOLDER);
    } catch (final FileAlreadyExistsException present) {
      if (!Files.isDirectory(root.resolve(name))) {
        throw present;
      }
    }
  }

  @Override
  public void forceFolder(final String name) throws IOException {
    force(root.resolve(name));
  }

  private static void force(final Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long inode(final String name) throws IOException {
    try {
      return (Long) Files.getAttribute(root.resolve(name), "unix:ino");
    } catch (final NoSuchFileException absent) {
      return 0;
    } catch (final UnsupportedOperationException other) {
      throw new IOException("files have no inodes here", other);
    }
  }

  @Override
  public AutoCloseable tryLock(final String name) throws IOException {
    final Path file = root.toRealPath().resolve(name);
    if (!LOCKED_HERE.add(file)) {
      return null;
    }
    FileLock lock = null;
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_FILE);
      lock = channel.tryLock();
    } finally {
      if (lock == null) {
        unlock(channel, file);
      }
    }
    final FileChannel locked = channel;
    return lock == null ? null : () -> unlock(locked, file);
  }

  private static void unlock(final FileChannel channel, final Path file) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      LOCKED_HERE.remove(file);
    }
  }

  private record ChannelOutput(FileChannel channel) implements Output {
    @Override
    public void write(final ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelInput(FileChannel channel) implements Input {
    @Override
    public long length() throws IOException {
      return channel.size();
    }

    @Override
    public void read(final ByteBuffer into, final long position) throws IOException {
      final int from = into.position();
      while (into.hasRemaining() && channel.read(into, position + into.position() - from) >= 0) {
        // One call may read less than the buffer takes.
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
