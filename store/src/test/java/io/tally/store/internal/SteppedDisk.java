package io.tally.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A file system in memory, whose process can be killed at each step, and whose machine can lose its
 * power. Then of what was not forced any part is lost: of writes, of parts of writes, and of
 * changes of names. Nothing but the order of changes of the same name is kept.
 */
final class SteppedDisk implements Disk {
  /** Ends the process: nothing that it does on the disk has an effect any more. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private record Write(int position, byte[] bytes) {}

  private static final class Inode {
    final long number;
    final List<Write> unforced = new ArrayList<>();
    byte[] seen = {};
    byte[] durable = {};

    Inode(final long number) {
      this.number = number;
    }

    void make(final Write write) {
      durable = with(durable, write);
    }

    static byte[] with(final byte[] content, final Write write) {
      final int end = write.position + write.bytes.length;
      final byte[] result = Arrays.copyOf(content, Math.max(content.length, end));
      System.arraycopy(write.bytes, 0, result, write.position, write.bytes.length);
      return result;
    }
  }

  /** A null inode takes the name away. */
  private record NameChange(Map<String, Inode> names, Set<String> folders) {
    void apply(final Map<String, Inode> tree) {
      names.forEach(
          (name, inode) -> {
            if (inode == null) {
              tree.remove(name);
            } else {
              tree.put(name, inode);
            }
          });
    }
  }

  private final Map<String, Inode> seen = new TreeMap<>();
  private final Map<String, Inode> durable = new TreeMap<>();
  private final List<NameChange> unforced = new ArrayList<>();
  private final SplittableRandom random;
  private long lastInode = 100;
  private boolean dead;
  private boolean locked;
  private int steps;
  private int reads;

  /** Step at which the process is killed; 0 for never. */
  int killAt;

  /** The same where it reads, which is no step. */
  int killAtRead;

  /** Step that fails; 0 for none. */
  int failAt;

  /** Bytes that can still be written. */
  long space = Long.MAX_VALUE;

  /** Mistakes of whoever uses a disk, as if it had left the step out. */
  boolean forcesNoFolders;

  boolean forcesNoFiles;

  /** The same: the identity of its folder is not looked at. */
  boolean hasOneInode;

  SteppedDisk(final long seed) {
    random = new SplittableRandom(seed);
  }

  int steps() {
    return steps;
  }

  int reads() {
    return reads;
  }

  /** Another process finds what the killed one had done. */
  void restartProcess() {
    dead = false;
    locked = false;
    steps = 0;
    reads = 0;
    killAt = 0;
    killAtRead = 0;
    failAt = 0;
    space = Long.MAX_VALUE;
  }

  /** The machine finds what had reached the disk. */
  void losePower() {
    final int kept = random.nextInt(5);
    for (final NameChange change : unforced) {
      if (random.nextInt(4) < kept) {
        change.apply(durable);
      }
    }
    unforced.clear();
    seen.clear();
    seen.putAll(durable);
    for (final Inode inode : durable.values()) {
      for (final Write write : inode.unforced) {
        losePartOf(write, inode, kept);
      }
      inode.unforced.clear();
      inode.seen = inode.durable;
    }
    restartProcess();
  }

  private void losePartOf(final Write write, final Inode inode, final int kept) {
    switch (random.nextInt(3)) {
      case 0 -> {
        if (random.nextInt(4) < kept) {
          inode.make(write);
        }
      }
      case 1 -> {
        final int length = random.nextInt(write.bytes.length + 1);
        inode.make(new Write(write.position, Arrays.copyOf(write.bytes, length)));
      }
      default -> {
        // The file has its length, but not all of its bytes.
        final byte[] torn = write.bytes.clone();
        final int from = random.nextInt(torn.length + 1);
        Arrays.fill(torn, from, from + random.nextInt(torn.length - from + 1), (byte) 0);
        inode.make(new Write(write.position, torn));
      }
    }
  }

  /** All that can be read, in a folder of its own: with other inodes. */
  SteppedDisk copy() {
    final SteppedDisk copy = new SteppedDisk(random.nextLong());
    copy.lastInode = lastInode + 1000;
    copy.hasOneInode = hasOneInode;
    seen.forEach((name, inode) -> copy.put(name, inode.seen.clone()));
    return copy;
  }

  byte[] content(final String name) {
    return seen.get(name).seen.clone();
  }

  Set<String> names() {
    return Set.copyOf(seen.keySet());
  }

  /** As it was on the disk for long. */
  void put(final String name, final byte[] content) {
    final Inode inode = new Inode(lastInode++);
    inode.durable = content;
    inode.seen = content;
    seen.put(name, inode);
    durable.put(name, inode);
  }

  void remove(final String name) {
    seen.remove(name);
    durable.remove(name);
  }

  /** Returns whether the step is done; the last one of a killed process may be, or not. */
  private boolean step() throws IOException {
    if (dead) {
      throw new Killed();
    }
    steps++;
    if (steps == killAt) {
      dead = true;
      return random.nextBoolean();
    }
    if (steps == failAt) {
      throw new IOException("Input/output error");
    }
    return true;
  }

  private void read() {
    reads++;
    dead |= reads == killAtRead;
    endStep();
  }

  private void endStep() {
    if (dead) {
      throw new Killed();
    }
  }

  private void change(final Map<String, Inode> names) {
    final NameChange change =
        new NameChange(
            names, Set.copyOf(names.keySet().stream().map(SteppedDisk::folderOf).toList()));
    change.apply(seen);
    unforced.add(change);
  }

  private static String folderOf(final String name) {
    final int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private Inode find(final String name) throws NoSuchFileException {
    final Inode inode = seen.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  @Override
  public String path(final String name) {
    return name.isEmpty() ? "/data/node-0" : "/data/node-0/" + name;
  }

  @Override
  public List<String> list(final String folder) {
    read();
    final String prefix = folder.isEmpty() ? "" : folder + "/";
    final Set<String> names = new TreeSet<>();
    for (final String name : seen.keySet()) {
      if (name.startsWith(prefix)) {
        final int slash = name.indexOf('/', prefix.length());
        names.add(name.substring(prefix.length(), slash < 0 ? name.length() : slash));
      }
    }
    return List.copyOf(names);
  }

  @Override
  public Output create(final String name) throws IOException {
    final Inode inode = new Inode(lastInode++);
    if (step()) {
      change(Map.of(name, inode));
    }
    endStep();
    return new Output() {
      @Override
      public void write(final ByteBuffer bytes) throws IOException {
        final byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        SteppedDisk.this.write(inode, content);
      }

      @Override
      public void force() throws IOException {
        SteppedDisk.this.force(inode);
      }

      @Override
      public void close() {
        // Says nothing of what was written.
      }
    };
  }

  private void write(final Inode inode, final byte[] content) throws IOException {
    final boolean isWhole = step();
    final int length =
        (int) Math.min(space, isWhole ? content.length : random.nextInt(content.length + 1));
    space -= length;
    final Write write = new Write(inode.seen.length, Arrays.copyOf(content, length));
    inode.unforced.add(write);
    inode.seen = Inode.with(inode.seen, write);
    endStep();
    if (length < content.length) {
      throw new IOException("No space left on device");
    }
  }

  private void force(final Inode inode) throws IOException {
    if (forcesNoFiles) {
      return;
    }
    try {
      if (step()) {
        inode.unforced.forEach(inode::make);
        inode.unforced.clear();
      }
    } catch (final IOException fault) {
      // What did not reach the disk now never will, though it can be read until the power is lost.
      inode.unforced.stream().filter(write -> random.nextBoolean()).forEach(inode::make);
      inode.unforced.clear();
      throw fault;
    }
    endStep();
  }

  @Override
  public Input open(final String name) throws IOException {
    read();
    final byte[] content = find(name).seen;
    return new Input() {
      @Override
      public long length() {
        return content.length;
      }

      @Override
      public void read(final ByteBuffer into, final long position) {
        SteppedDisk.this.read();
        final int from = (int) Math.min(position, content.length);
        into.put(content, from, Math.min(into.remaining(), content.length - from));
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void rename(final String from, final String to) throws IOException {
    final Inode inode = find(from);
    if (step()) {
      final Map<String, Inode> names = new HashMap<>();
      names.put(from, null);
      names.put(to, inode);
      change(names);
    }
    endStep();
  }

  @Override
  public void delete(final String name) throws IOException {
    if (seen.containsKey(name) && step()) {
      final Map<String, Inode> names = new HashMap<>();
      names.put(name, null);
      change(names);
    }
    endStep();
  }

  @Override
  public void makeFolder(final String name) throws IOException {
    step();
    endStep();
  }

  @Override
  public void forceFolder(final String name) throws IOException {
    if (!forcesNoFolders && step()) {
      final Iterator<NameChange> changes = unforced.iterator();
      while (changes.hasNext()) {
        final NameChange change = changes.next();
        if (change.folders.contains(name)) {
          change.apply(durable);
          changes.remove();
        }
      }
    }
    endStep();
  }

  @Override
  public long inode(final String name) {
    final Inode inode = seen.get(name);
    if (inode == null) {
      return 0;
    }
    return hasOneInode ? 1 : inode.number;
  }

  @Override
  public AutoCloseable tryLock(final String name) throws IOException {
    if (locked) {
      return null;
    }
    locked = true;
    return () -> locked = false;
  }
}
