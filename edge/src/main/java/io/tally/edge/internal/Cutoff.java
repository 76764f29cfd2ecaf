package io.tally.edge.internal;

/** Why the edge itself refuses a request, whatever the protocol. */
public enum Cutoff {
  /** The port has as many connections as it may. */
  CONNECTIONS,

  /** The port has as many streams as it may. */
  STREAMS,

  /** The port is stopping, and begins no stream any more. */
  DRAINING,

  /** The process keeps as much for its clients as it may. */
  CLIENT_MEMORY,

  /** The beginning of a request did not come to its end in time. */
  HEAD_TIMEOUT,

  /** The body of a request did not arrive in time. */
  BODY_TIMEOUT,

  /** The code that should have answered threw an exception. */
  FAULT
}
