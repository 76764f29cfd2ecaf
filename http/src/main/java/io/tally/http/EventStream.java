package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.tally.edge.internal.ResponseStream;
import io.tally.engine.WatchLoss;
import java.util.concurrent.TimeUnit;

/**
 * A response of server-sent events (the EventSource interface of the HTML standard). It tells of
 * the slots of its {@link Events}: of each its state, not its history. Each slot has at most one
 * event in an interval; how long a client takes for it is waited for, and costs nothing else.
 *
 * <p>The response ends with its connection, so it has no length and is not chunked: nothing could
 * follow it anyway, an end by a fault looks like any other, and HTTP/1.0 knows it, too.
 *
 * <p>Everything of it belongs to its connection's event loop, but for {@link #execute}.
 */
public final class EventStream extends ResponseStream {
  private static final byte[] RETRY = ascii("retry: 1000\n\n");
  private static final byte[] COMMENT = ascii(":\n\n");
  private static final byte[] EVENT_END = ascii("\n");
  private static final byte[] PROBLEM = ascii("event: problem\ndata: ");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] PROBLEM_END = ascii("}\n\n");

  /** Proxies and clients close a connection on which nothing happens for long. */
  private static final long COMMENT_NS = TimeUnit.SECONDS.toNanos(15);

  /** A longer piece is not begun, so that little is kept for a client that does not take it. */
  private static final int PIECE_BYTES = 16 << 10;

  private static final int HELD_BYTES = 128;

  private static final byte READY = 0;
  private static final byte PENDING = 1;
  private static final byte RESTING = 2;

  private final EventWriter writer;
  private final Events events;
  private final long intervalNs;
  private final byte[] states;
  private final long[] restsUntilNs;
  private int pendingCount;
  private int next;
  private boolean begun;
  private long nowNs;
  private long writtenNs;
  private Refusal problem;
  private PathId problemKind;
  private byte[] problemId;

  EventStream(
      final EventWriter writer, final Events events, final int slotCount, final long intervalNs) {
    this.writer = writer;
    this.events = events;
    this.intervalNs = intervalNs;
    states = new byte[slotCount];
    restsUntilNs = new long[slotCount];
  }

  /** An entity tag without its quotes. */
  static String tag(final long incarnation, final long version) {
    return Long.toHexString(incarnation) + '-' + Long.toHexString(version);
  }

  /**
   * Whether a client has seen this state of an entity, and so may be spared its first event.
   *
   * @param lastEventId as {@link Request#lastEventId} had it.
   * @param incarnation of the shard.
   * @param version of the entity; 0 if it does not exist.
   * @return true if the last event that the client got was of this state.
   */
  public static boolean isSeen(
      final String lastEventId, final long incarnation, final long version) {
    return !lastEventId.isEmpty() && lastEventId.equals(tag(incarnation, version));
  }

  /**
   * Has the event of a slot written, as soon as the client takes it.
   *
   * @param slot one that is ready: at the beginning, or by {@link Events#onReady}.
   * @throws IllegalStateException if it is not ready.
   */
  public void send(final int slot) {
    if (states[slot] != READY) {
      throw new IllegalStateException("a slot is sent that is not ready: " + slot);
    }
    states[slot] = PENDING;
    pendingCount++;
    wake();
  }

  /**
   * Ends the stream with a problem: it can tell no longer of an entity. Later calls do nothing.
   *
   * @param reason why.
   * @param kind of the entity's id.
   * @param id of the entity; not changed afterwards.
   */
  public void lost(final WatchLoss reason, final PathId kind, final byte[] id) {
    if (problem == null) {
      problem = Refusals.of(reason);
      problemKind = kind;
      problemId = id;
      wake();
    }
  }

  /**
   * Runs a task on the stream's event loop, unless the stream has ended by then. Any thread.
   *
   * @param task must not block or throw.
   */
  public void execute(final Runnable task) {
    run(task);
  }

  @Override
  protected void write(final ByteBuf out, final long timeNs) {
    nowNs = timeNs;
    final int start = out.writerIndex();
    writer.to(out);
    if (!begun) {
      begun = true;
      writer.put(RETRY);
    }
    if (problem != null) {
      writeProblem();
      end();
      return;
    }
    wakeRested();
    while (pendingCount > 0 && out.writerIndex() - start < PIECE_BYTES) {
      writeNext();
    }
    if (out.writerIndex() == start && nowNs - writtenNs >= COMMENT_NS) {
      writer.put(COMMENT);
    }
    if (out.writerIndex() > start) {
      writtenNs = nowNs;
    }
  }

  private void wakeRested() {
    for (int slot = 0; slot < states.length; slot++) {
      if (states[slot] == RESTING && nowNs - restsUntilNs[slot] >= 0) {
        states[slot] = READY;
        events.onReady(slot);
      }
    }
  }

  /** Writes one event; slots take turns, so that none waits for those that change most. */
  private void writeNext() {
    while (states[next] != PENDING) {
      next = (next + 1) % states.length;
    }
    states[next] = RESTING;
    restsUntilNs[next] = nowNs + intervalNs;
    pendingCount--;
    events.write(next, nowNs, writer);
    writer.put(EVENT_END);
    next = (next + 1) % states.length;
  }

  private void writeProblem() {
    writer
        .put(PROBLEM)
        .put(problem.json())
        .put(problemKind.asMember())
        .escaped(problemId)
        .put(QUOTE)
        .put(PROBLEM_END);
  }

  @Override
  protected long nextNs() {
    if (pendingCount > 0) {
      return nowNs;
    }
    long nextNs = writtenNs + COMMENT_NS;
    for (int slot = 0; slot < states.length; slot++) {
      if (states[slot] == RESTING && restsUntilNs[slot] - nextNs < 0) {
        nextNs = restsUntilNs[slot];
      }
    }
    return nextNs;
  }

  @Override
  protected long heldBytes() {
    return HELD_BYTES + (long) states.length * (Long.BYTES + 1) + events.heldBytes();
  }

  @Override
  protected void onEnd() {
    events.onEnd();
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(US_ASCII);
  }
}
