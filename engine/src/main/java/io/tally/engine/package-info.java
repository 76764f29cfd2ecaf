/**
 * The runtime for single-writer shard services.
 *
 * <p>{@link io.tally.engine.Ingress} takes requests on an event loop and keeps them until they end.
 * {@link io.tally.engine.internal.ShardEngine} holds the rings and agents of the shards that a node
 * owns, where each command of a shard is applied by one thread at a time to a {@link
 * io.tally.engine.ShardService}; {@link io.tally.engine.TimedEntities} is one whose entities all
 * end at some time, and {@link io.tally.engine.ServiceProxy} asks a service of entities. {@link
 * io.tally.engine.internal.NodeLink} leads to the other nodes, {@link
 * io.tally.engine.internal.InboundHandler} takes what comes from them. {@link
 * io.tally.engine.Watcher} tells of changes of entities, on whatever node they are. Nothing here
 * starts a thread by itself, reads a clock that it was not given, logs, or knows what the services
 * do.
 *
 * <p>Ownership of bytes: a pending slot belongs to its ingress from claim to the end of the
 * request; a ring slot to the claimer until it is committed, then to the ring, and is readable
 * during the call that hands it out; a recorded reply to its lane; a claim in a link to the claimer
 * until it is committed.
 *
 * <p>API, which later versions keep: {@link ServiceDefinition}, {@link ShardService}, {@link
 * ShardContext}, {@link ServiceReply}, {@link MessageType}, {@link TimedDefinition}, {@link
 * TimedEntities}, {@link TimedEntityService}, {@link TimedEntity}, {@link EntityCommand}, {@link
 * EntityMessage}, {@link FixedMessage}, {@link ServiceProxy}, {@link ServiceMemory}, {@link
 * EntityLimit}, {@link Budget}, {@link Places}, {@link SnapshotSource}, {@link SnapshotSink},
 * {@link CopiedState}, {@link Ingress}, {@link ReplyHandler}, {@link Outcome}, {@link StableHash},
 * {@link IdHash}, {@link MessageHeaderWord}, {@link Watcher}, {@link WatchExecutor}, {@link
 * WatchHandler}, {@link WatchLoss}, {@link Subscription}, {@link ClusterSettings}, {@link
 * EngineSettings}.
 */
package io.tally.engine;
