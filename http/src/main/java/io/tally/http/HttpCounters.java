package io.tally.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What an HTTP server has done, for metrics. Each loop counts for itself with plain single-writer
 * counters; any thread may read, and sees each counter as of a moment ago.
 */
public final class HttpCounters {
  private static final int[] STATUSES = {
    200, 204, 400, 404, 405, 406, 408, 409, 413, 414, 415, 417, 422, 431, 500, 503, 504, 505
  };
  private static final byte[] INDEX_BY_STATUS = new byte[600];
  private static final int OPENED = STATUSES.length;
  private static final int CLOSED = OPENED + 1;
  private static final int REFUSED = CLOSED + 1;
  private static final int DROPPED = REFUSED + 1;
  private static final int GIVEN_UP = DROPPED + 1;
  private static final int ACCEPT_FAILED = GIVEN_UP + 1;
  private static final int CLIENT_BYTES = ACCEPT_FAILED + 1;
  private static final int PAUSED = CLIENT_BYTES + 1;
  private static final int REQUESTS_LIMIT = PAUSED + 1;
  private static final int PROBLEMS = REQUESTS_LIMIT + 1;
  private static final int BUSY = PROBLEMS + Problem.values().length;
  private static final List<Refusal> BUSY_REFUSALS =
      Arrays.stream(Refusal.values()).filter(refusal -> refusal.problem() == Problem.BUSY).toList();
  private static final int COUNT = BUSY + BUSY_REFUSALS.size();

  static {
    for (int i = 0; i < STATUSES.length; i++) {
      INDEX_BY_STATUS[STATUSES[i]] = (byte) i;
    }
  }

  private final AtomicLongArray[] loops;

  HttpCounters(final int loopCount) {
    loops = new AtomicLongArray[loopCount];
    for (int i = 0; i < loopCount; i++) {
      loops[i] = new AtomicLongArray(COUNT);
    }
  }

  /**
   * The statuses that a response can have.
   *
   * @return a new array, ascending.
   */
  public static int[] statuses() {
    return STATUSES.clone();
  }

  /**
   * Number of responses with a status.
   *
   * @param status one of {@link #statuses()}.
   * @return responses written since the start.
   */
  public long responses(final int status) {
    return sum(INDEX_BY_STATUS[status]);
  }

  /**
   * The types of problem that a response can tell of.
   *
   * @return what stands behind {@code /problems/}, in a fixed order.
   */
  public static List<String> problemTypes() {
    return Arrays.stream(Problem.values()).map(Problem::slug).toList();
  }

  /**
   * Number of responses with a problem of a type.
   *
   * @param type index in {@link #problemTypes()}.
   * @return responses written since the start.
   */
  public long problems(final int type) {
    return sum(PROBLEMS + type);
  }

  /**
   * Why a response says {@code busy}: the shard could not take the request in time; it had waited
   * for too long before it was read; clients make the process keep too much; or there are too many
   * connections.
   *
   * @return names in a fixed order.
   */
  public static List<String> busyReasons() {
    return BUSY_REFUSALS.stream()
        .map(refusal -> refusal.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  /**
   * Number of responses that said {@code busy} for a reason.
   *
   * @param reason index in {@link #busyReasons()}.
   * @return responses written since the start.
   */
  public long busy(final int reason) {
    return sum(BUSY + reason);
  }

  /**
   * Number of connections accepted, those beyond the limit not counted.
   *
   * @return connections since the start.
   */
  public long connectionsAccepted() {
    return sum(OPENED);
  }

  /**
   * Number of connections refused because of the limit.
   *
   * @return connections since the start.
   */
  public long connectionsRefused() {
    return sum(REFUSED);
  }

  /**
   * Number of connections open now.
   *
   * @return the number.
   */
  public long connectionsOpen() {
    final long closed = sum(CLOSED);
    return sum(OPENED) - closed;
  }

  /**
   * Number of answers that came after their connection was gone.
   *
   * @return answers since the start.
   */
  public long responsesDropped() {
    return sum(DROPPED);
  }

  /**
   * Number of connections refused or closed because the process kept too much for its clients.
   *
   * @return connections since the start.
   */
  public long connectionsGivenUp() {
    return sum(GIVEN_UP);
  }

  /**
   * Number of times that a connection could not be accepted, above all for want of descriptors.
   *
   * @return failures since the start.
   */
  public long acceptFailures() {
    return sum(ACCEPT_FAILED);
  }

  /**
   * Number of event loops.
   *
   * @return the number.
   */
  public int loopCount() {
    return loops.length;
  }

  /**
   * Bytes that the connections of a loop make the process keep now.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long clientBytes(final int loop) {
    return loops[loop].getAcquire(CLIENT_BYTES);
  }

  void clientBytes(final int loop, final long bytes) {
    loops[loop].setRelease(CLIENT_BYTES, bytes);
  }

  /**
   * Connections of a loop that are not read on now: as many of their requests are under way as may
   * be, their answers are not taken, or there is no room in the loop.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long connectionsPaused(final int loop) {
    return loops[loop].getAcquire(PAUSED);
  }

  void connectionsPaused(final int loop, final long count) {
    loops[loop].setRelease(PAUSED, count);
  }

  /**
   * Requests that a loop has under way at most now, but for those of connections that have no
   * other: what it answers in about an eighth of a second.
   *
   * @param loop from 0.
   * @return the number.
   */
  public long requestsLimit(final int loop) {
    return loops[loop].getAcquire(REQUESTS_LIMIT);
  }

  void requestsLimit(final int loop, final long limit) {
    loops[loop].setRelease(REQUESTS_LIMIT, limit);
  }

  void onResponse(final int loop, final int status) {
    increment(loop, INDEX_BY_STATUS[status]);
  }

  void onRefusal(final int loop, final Refusal refusal) {
    increment(loop, PROBLEMS + refusal.problem().ordinal());
    if (refusal.problem() == Problem.BUSY) {
      increment(loop, BUSY + BUSY_REFUSALS.indexOf(refusal));
    }
  }

  void onOpened(final int loop) {
    increment(loop, OPENED);
  }

  void onClosed(final int loop) {
    increment(loop, CLOSED);
  }

  void onRefused(final int loop) {
    increment(loop, REFUSED);
  }

  void onGivenUp(final int loop) {
    increment(loop, GIVEN_UP);
  }

  void onAcceptFailed(final int loop) {
    increment(loop, ACCEPT_FAILED);
  }

  void onDropped(final int loop) {
    increment(loop, DROPPED);
  }

  private void increment(final int loop, final int index) {
    final AtomicLongArray counters = loops[loop];
    counters.setRelease(index, counters.getPlain(index) + 1);
  }

  private long sum(final int index) {
    long sum = 0;
    for (final AtomicLongArray counters : loops) {
      sum += counters.getAcquire(index);
    }
    return sum;
  }
}
