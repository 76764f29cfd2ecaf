package io.tally.http.internal;

import java.util.List;

/**
 * What an HTTP server has answered, for metrics: responses by status, and problems by type. Any
 * thread may read, and sees each counter as of a moment ago.
 */
public interface HttpCounters {
  /**
   * The statuses that a response can have.
   *
   * @return a new array, ascending.
   */
  int[] statuses();

  /**
   * Number of responses with a status.
   *
   * @param status one of {@link #statuses()}.
   * @return responses written since the start.
   */
  long responses(int status);

  /**
   * The types of problem that a response can tell of.
   *
   * @return what stands behind {@code /problems/}, in a fixed order.
   */
  List<String> problemTypes();

  /**
   * Number of responses with a problem of a type.
   *
   * @param type index in {@link #problemTypes()}.
   * @return responses written since the start.
   */
  long problems(int type);

  /**
   * Why a response says {@code busy}: the shard could not take the request in time; it had waited
   * for too long before it was read; clients make the process keep too much; or there are too many
   * connections.
   *
   * @return names in a fixed order.
   */
  List<String> busyReasons();

  /**
   * Number of responses that said {@code busy} for a reason.
   *
   * @param reason index in {@link #busyReasons()}.
   * @return responses written since the start.
   */
  long busy(int reason);
}
