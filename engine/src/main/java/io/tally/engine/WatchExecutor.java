package io.tally.engine;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Reaches a node's {@link Watcher} from any thread. */
public final class WatchExecutor {
  private final Watcher watcher;
  private final Executor home;

  /**
   * Creates one.
   *
   * @param watcher of the node.
   * @param home runs tasks on the thread that steps the watcher, in their order, each followed by a
   *     step; never within the call.
   */
  public WatchExecutor(final Watcher watcher, final Executor home) {
    this.watcher = watcher;
    this.home = home;
  }

  /**
   * Runs a task on the watcher's thread soon, unless that thread has ended. Tasks of one thread run
   * in their order.
   *
   * @param task is given the watcher; must not block or throw.
   */
  public void execute(final Consumer<Watcher> task) {
    home.execute(() -> task.accept(watcher));
  }
}
