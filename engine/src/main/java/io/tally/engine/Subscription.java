package io.tally.engine;

/**
 * One handler's interest in a watched entity, from {@link Watcher#subscribe} to {@link #close()}.
 * Belongs to the thread that steps the watcher.
 */
public interface Subscription extends AutoCloseable {
  /**
   * Has the handler told no values until {@link #resume()}, for one that cannot take them now; of
   * losses it is told. Meanwhile news of the entity costs nothing for it. May be called while the
   * handler is told. Idempotent.
   */
  void pause();

  /**
   * Ends a pause. If there was news meanwhile, the handler is told the latest before this returns.
   */
  void resume();

  /** Ends it: the handler is not called any more. Idempotent. */
  @Override
  void close();
}
