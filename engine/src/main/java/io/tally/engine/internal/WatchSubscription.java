package io.tally.engine.internal;

import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;

/** A subscription, in the list of its watch. */
final class WatchSubscription implements Subscription {
  /** Heap that one takes. */
  static final int BYTES = 48;

  final WatchHandler handler;
  final WatchAgent watcher;
  private final Watch watch;
  WatchSubscription previous;
  WatchSubscription next;
  private boolean closed;
  private boolean paused;

  /** The news of the watch that it was told last. */
  long toldNews;

  WatchSubscription(final WatchAgent watcher, final Watch watch, final WatchHandler handler) {
    this.watcher = watcher;
    this.watch = watch;
    this.handler = handler;
  }

  @Override
  public void pause() {
    watcher.checkThread();
    if (!closed && !paused) {
      watch.remove(this);
      paused = true;
      watch.add(this);
    }
  }

  @Override
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

  @Override
  public void close() {
    watcher.checkThread();
    if (!closed) {
      closed = true;
      watcher.onClosed(watch, this);
    }
  }
}
