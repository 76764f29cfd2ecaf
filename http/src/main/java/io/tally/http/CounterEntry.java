package io.tally.http;

import io.tally.counter.CounterProxy;
import io.tally.engine.ReplyHandler;

/** Where an event loop's requests go: its {@link CounterProxy}, or a script in tests. */
interface CounterEntry {
  void increment(
      long nowNs,
      byte[] id,
      int idLength,
      long amount,
      byte[] key,
      int keyLength,
      ReplyHandler handler,
      long cookie);

  void get(long nowNs, byte[] id, int idLength, ReplyHandler handler, long cookie);

  static CounterEntry of(final CounterProxy proxy) {
    return new CounterEntry() {
      @Override
      public void increment(
          final long nowNs,
          final byte[] id,
          final int idLength,
          final long amount,
          final byte[] key,
          final int keyLength,
          final ReplyHandler handler,
          final long cookie) {
        proxy.increment(nowNs, id, 0, idLength, amount, key, 0, keyLength, handler, cookie);
      }

      @Override
      public void get(
          final long nowNs,
          final byte[] id,
          final int idLength,
          final ReplyHandler handler,
          final long cookie) {
        proxy.get(nowNs, id, 0, idLength, handler, cookie);
      }
    };
  }
}
