package io.tally.testkit;

import io.tally.transport.internal.ServiceVersion;
import java.util.List;

/**
 * What the processes of a simulated cluster host, what clients ask of it, and what has to be true
 * of what they are answered.
 */
interface Load extends FrontDoor.Answers {
  /** What one process hosts, fresh. */
  List<SeenService> services(int ledgerVersion);

  /** The versions of that. */
  List<ServiceVersion> versions(long incarnation, int ledgerVersion);

  /** The cluster is there: requests begin. */
  void begin();

  /** Shards go on that have stood still. */
  void onRestored(long stoodStillNs);

  /** Asks for every entity at a node, or for those that it owns. */
  void probe(SimulatedProcess process, boolean all);

  /** Says where a probe was not answered. */
  void judgeProbes();

  /** At the end of the history nobody waits any more. */
  void giveUp();

  /** Says what was wrong, when all has ended. */
  void judge();

  /** Requests that have ended. */
  int operationCount();
}
