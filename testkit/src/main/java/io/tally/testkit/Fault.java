package io.tally.testkit;

/** A kind of thing that goes wrong. Each history has a random subset of those that are allowed. */
public enum Fault {
  /** The broker loses messages. */
  LOSS,
  /** The broker delivers messages again, at once or much later. */
  REPEATS,
  /** Messages take long, and overtake those of other connections. */
  DELAYS,
  /** A process stands still, between two of its calls, for any time. */
  PAUSES,
  /** One thread of a process stands still. */
  STALLS,
  /** Processes are killed, and started again. */
  KILLS,
  /** Processes are told to stop, and started again. */
  PLANNED_STOPS,
  /** Planned stops are cut short, with requests under way, and their last answers are lost. */
  CUT_STOPS,
  /** Snapshots are written while processes serve; a process that was killed may start from one. */
  SNAPSHOTS,
  /** A process is started from an older copy of its directory. */
  COPIED_DIRECTORIES,
  /** What a process writes finds no room. */
  FULL_DISKS,
  /** A shard loses its state, and begins a new life in the same process. */
  LOST_SHARDS,
  /** A second process of the same id is started. */
  TWINS,
  /** A process with other settings is started. */
  STRANGERS,
  /** The broker ends and comes back empty. */
  BROKER_RESTARTS,
  /** A connection to the broker is lost. */
  CONNECTION_CUTS,
  /** Nothing passes between a process and the broker, for a while. */
  PARTITIONS,
  /** What is sent to a process alone is lost, for a while; what is said to all arrives. */
  ONE_WAY_LOSS,
  /** The broker refuses a process's credentials, for a while. */
  CREDENTIALS,
  /** The broker comes back with another limit of a message's length. */
  PAYLOAD_LIMITS,
  /** Wall clocks are wrong, and set forth and back. */
  WALL_CLOCKS,
  /** What peers say is wrong here and there. */
  MISTAKEN_PEERS,
  /** A host is suspended for a moment, and the monotonic clock of its process with it. */
  SUSPENSIONS
}
