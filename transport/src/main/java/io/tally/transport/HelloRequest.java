package io.tally.transport;

/**
 * Asks the sender to say an unnumbered hello to a process that is not the incarnation this node
 * talks to: a stranger, which hears what is said to all, an outdated or future incarnation of a
 * peer, or another process of this node's own id.
 */
record HelloRequest(String subject, long knownIncarnation, long knownWallClockMs) {}
