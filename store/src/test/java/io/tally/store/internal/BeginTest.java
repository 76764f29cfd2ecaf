package io.tally.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.store.StartMode;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mark, and what is done about older files behind it, when the disk fails. */
@Timeout(20)
final class BeginTest {
  private static final long INCARNATION = 1_000_000;
  private static final SavedState STATE = new SavedState(7);

  private final List<ShardSink> sinks = new ArrayList<>();
  private final SteppedDisk disk = new SteppedDisk(1);

  /** The state of a stop. */
  @BeforeEach
  void setUp() throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      directory.begin(1, 0);
      SavedState.save(directory, SnapshotKind.STOPPED, STATE);
    }
  }

  private NodeDirectory open(final StartMode mode) throws StoreException {
    return open(mode, sinks);
  }

  private NodeDirectory open(final StartMode mode, final List<ShardSink> ofSaves)
      throws StoreException {
    return new NodeDirectory(
        disk,
        SavedState.node(),
        mode,
        new NodeDirectory.Surroundings(() -> 0, () -> 1, () -> {}, ofSaves));
  }

  private void assertResumed(final SavedState state) throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(StartKind.RESUMED, directory.start().kind());
      state.assertReadBy(directory.start().snapshot());
    }
  }

  @Test
  void shouldTakeTheMemoryBeforeTheMark() throws StoreException {
    final List<ShardSink> noMemory =
        new AbstractList<>() {
          @Override
          public ShardSink get(final int index) {
            throw new IndexOutOfBoundsException(index);
          }

          @Override
          public int size() {
            return 0;
          }

          @Override
          public void add(final int index, final ShardSink sink) {
            throw new OutOfMemoryError("Cannot reserve it");
          }
        };
    final Set<String> before = disk.names();
    try (NodeDirectory directory = open(StartMode.NORMAL, noMemory)) {
      assertEquals(
          "/data/node-0 could not be saved: that takes "
              + NodeDirectory.SAVE_BYTES
              + " bytes outside the heap: Cannot reserve it",
          assertThrows(StoreException.class, () -> directory.begin(INCARNATION, 0)).getMessage());
    }
    assertEquals(before, disk.names());
    assertResumed(STATE);
  }

  /** Created, written, forced, renamed, and its folder forced. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void shouldStayCleanWhenTheMarkCannotBeWritten(final int step) throws StoreException {
    final Set<String> before = disk.names();
    disk.restartProcess();
    disk.failAt = step;
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      assertEquals(
          "/data/node-0/used-1 cannot be read or written: Input/output error",
          assertThrows(StoreException.class, () -> directory.begin(INCARNATION, 0)).getMessage());
    }
    assertEquals(before, disk.names());
    assertResumed(STATE);
  }

  @Test
  void shouldHaveForgottenAMarkForGood() throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      directory.begin(INCARNATION, 0);
      directory.forgetMark();
    }
    disk.losePower();
    assertResumed(STATE);
  }

  /** Deleted, and its folder forced. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldSayThatAMarkMayStillBeThere(final int step) throws StoreException {
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      directory.begin(INCARNATION, 0);
      disk.failAt = disk.steps() + step;
      assertEquals(
          "/data/node-0/used-1 cannot be read or written: Input/output error",
          assertThrows(StoreException.class, directory::forgetMark).getMessage());
    }
  }

  @Test
  void shouldServeAndSaveWhereWhatIsUnneededCannotBeDeleted() throws StoreException {
    disk.put("shard-9-0.tally.tmp", new byte[9]);
    try (NodeDirectory directory = open(StartMode.NORMAL)) {
      directory.begin(INCARNATION, 0);
      disk.failAt = disk.steps() + 1;
      directory.settle();
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(8));
    }
    assertResumed(new SavedState(8));
  }

  @ParameterizedTest
  @EnumSource(
      value = StartMode.class,
      names = {"NORMAL", "RESTORE_LATEST", "DISCARD"})
  void shouldKeepWhatCannotBeSetAsideOrDeletedUntilItCan(final StartMode mode)
      throws StoreException {
    try (NodeDirectory crashed = open(StartMode.NORMAL)) {
      crashed.begin(INCARNATION, 0);
    }
    final SteppedDisk found = disk.copy();
    boolean failed = true;
    for (int step = 1; failed; step++) {
      disk.names().forEach(disk::remove);
      found.names().forEach(name -> disk.put(name, found.content(name)));
      disk.restartProcess();
      failed = failsAtStep(mode, step);
      assertTrue(failed || step > 4, "it takes several steps");
    }
  }

  /** Returns whether there was such a step. */
  private boolean failsAtStep(final StartMode mode, final int step) throws StoreException {
    boolean failed = false;
    try (NodeDirectory directory = open(mode == StartMode.NORMAL ? StartMode.MOVED : mode)) {
      directory.begin(INCARNATION + 1, 0);
      disk.failAt = disk.steps() + step;
      try {
        directory.settle();
      } catch (final StoreException fault) {
        failed = true;
        assertEquals(
            "/data/node-0 cannot be read or written: Input/output error", fault.getMessage());
        // It goes on failing.
        for (int saves = 0; saves < 2; saves++) {
          if (mode == StartMode.DISCARD || disk.names().contains("manifest-1")) {
            disk.failAt = disk.steps() + 1;
          }
          SavedState.save(directory, SnapshotKind.SERVING, new SavedState(8));
        }
        assertTrue(mode == StartMode.DISCARD || filesOf("manifest-1") == 1, "nothing is lost");
      }
      SavedState.save(directory, SnapshotKind.STOPPED, new SavedState(9));
      assertEquals(mode == StartMode.DISCARD ? 0 : 1, filesOf("aside-3/manifest-1"));
      assertEquals(mode == StartMode.DISCARD ? 0 : 1, filesOf("aside-3/manifest-"), "none of ours");
      assertEquals(mode == StartMode.DISCARD ? 0 : 2, filesOf("aside-3/shard-1-"));
      assertEquals(0, disk.names().stream().filter("manifest-1"::equals).count());
    }
    assertResumed(new SavedState(9));
    return failed;
  }

  private long filesOf(final String part) {
    return disk.names().stream().filter(name -> name.contains(part)).count();
  }
}
