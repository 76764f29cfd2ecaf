package io.tally.engine;

/**
 * One handler's interest in a watched entity, from {@link Watcher#subscribe} to {@link #close()}.
 * Belongs to the thread that steps the watcher.
 */
public final class Subscription implements AutoCloseable {
  /** Heap that one takes. */
  static final int BYTES = 48;

  final WatchHandler handler;
  final Watcher watcher;
  private final Watch watch;
  Subscription previous;
  Subscription next;
  private boolean closed;
  private boolean paused;

  /** Which news of the watch it was told last. */
  long toldNews;

  Subscription(final Watcher watcher, final Watch watch, final WatchHandler handler) {
    this.watcher = watcher;
    this.watch = watch;
    this.handler = handler;
  }

  /**
   * Has the handler told no values until {@link #resume()}, for one that cannot take them now; of
   * losses it is told. Meanwhile news of the entity costs nothing for it. May be called while the
   * handler is told. Idempotent.
   */
  public void pause() {
    watcher.checkThread();
    if (!closed && !paused) {
      watch.remove(this);
      paused = true;
      watch.add(this);
    }
  }

  /**
   * Ends a pause. If there was news meanwhile, the handler is told the latest before this returns.
   */
  public void resume() {
    watcher.checkThread();
    if (!closed && paused) {
      watch.remove(this);
      paused = false;
      watch.add(this);
      watch.tellNews(this);
    }
  }

  boolean isPaused() {
    return paused;
  }

  /** Ends it: the handler is not called any more. Idempotent. */
  @Override
  public void close() {
    watcher.checkThread();
    if (!closed) {
      closed = true;
      watcher.onClosed(watch, this);
    }
  }
}
