package io.tally.edge.internal;

/**
 * What a port has done with its connections, for metrics. Each event loop counts for itself with
 * plain single-writer counters; any thread may read, and sees each counter as of a moment ago.
 */
public final class EdgeCounters {
  private static final int OPENED = 0;
  private static final int CLOSED = 1;
  private static final int REFUSED = 2;
  private static final int DROPPED = 3;
  private static final int GIVEN_UP = 4;
  private static final int ACCEPT_FAILED = 5;
  private static final int CLIENT_BYTES = 6;
  private static final int PAUSED = 7;
  private static final int REQUESTS_LIMIT = 8;
  private static final int STREAMS_OPENED = 9;
  private static final int STREAMS_ENDED = 10;
  private static final int STREAMS_REFUSED = 11;
  private static final int COUNT = 12;

  private final LoopCounters loops;

  EdgeCounters(final int loopCount) {
    loops = new LoopCounters(loopCount, COUNT);
  }

  /**
   * Number of connections accepted, those beyond the limit not counted.
   *
   * @return connections since the start.
   */
  public long connectionsAccepted() {
    return loops.sum(OPENED);
  }

  /**
   * Number of connections refused because of the limit.
   *
   * @return connections since the start.
   */
  public long connectionsRefused() {
    return loops.sum(REFUSED);
  }

  /**
   * Number of connections open now.
   *
   * @return the number.
   */
  public long connectionsOpen() {
    final long closed = loops.sum(CLOSED);
    return loops.sum(OPENED) - closed;
  }

  /**
   * Number of answers that came after their connection was gone.
   *
   * @return answers since the start.
   */
  public long responsesDropped() {
    return loops.sum(DROPPED);
  }

  /**
   * Number of connections refused or closed because the process kept too much for its clients.
   *
   * @return connections since the start.
   */
  public long connectionsGivenUp() {
    return loops.sum(GIVEN_UP);
  }

  /**
   * Number of times that a connection could not be accepted, above all for want of descriptors.
   *
   * @return failures since the start.
   */
  public long acceptFailures() {
    return loops.sum(ACCEPT_FAILED);
  }

  /**
   * Number of streams now: responses that go on for as long as their client stays.
   *
   * @return the number.
   */
  public long streamsOpen() {
    final long ended = loops.sum(STREAMS_ENDED);
    return loops.sum(STREAMS_OPENED) - ended;
  }

  /**
   * Number of streams refused because of the limit.
   *
   * @return streams since the start.
   */
  public long streamsRefused() {
    return loops.sum(STREAMS_REFUSED);
  }

  /**
   * Number of event loops.
   *
   * @return the number.
   */
  public int loopCount() {
    return loops.loopCount();
  }

  /**
   * Bytes that the connections of a loop make the process keep now.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long clientBytes(final int loop) {
    return loops.get(loop, CLIENT_BYTES);
  }

  /**
   * Connections of a loop that are not read now (back-pressure): they have as many requests under
   * way as they may, or their clients do not take the answers, or the loop has no room for more
   * requests.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long connectionsPaused(final int loop) {
    return loops.get(loop, PAUSED);
  }

  /**
   * Most requests that a loop has under way now: what it answers in about an eighth of a second.
   * Only the first request of a connection that has no other under way may exceed it.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long requestsLimit(final int loop) {
    return loops.get(loop, REQUESTS_LIMIT);
  }

  void clientBytes(final int loop, final long bytes) {
    loops.set(loop, CLIENT_BYTES, bytes);
  }

  void connectionsPaused(final int loop, final long count) {
    loops.set(loop, PAUSED, count);
  }

  void requestsLimit(final int loop, final long limit) {
    loops.set(loop, REQUESTS_LIMIT, limit);
  }

  void onOpened(final int loop) {
    loops.increment(loop, OPENED);
  }

  void onClosed(final int loop) {
    loops.increment(loop, CLOSED);
  }

  void onRefused(final int loop) {
    loops.increment(loop, REFUSED);
  }

  void onGivenUp(final int loop) {
    loops.increment(loop, GIVEN_UP);
  }

  void onStreamOpened(final int loop) {
    loops.increment(loop, STREAMS_OPENED);
  }

  void onStreamEnded(final int loop) {
    loops.increment(loop, STREAMS_ENDED);
  }

  void onStreamRefused(final int loop) {
    loops.increment(loop, STREAMS_REFUSED);
  }

  void onAcceptFailed(final int loop) {
    loops.increment(loop, ACCEPT_FAILED);
  }

  void onDropped(final int loop) {
    loops.increment(loop, DROPPED);
  }
}
