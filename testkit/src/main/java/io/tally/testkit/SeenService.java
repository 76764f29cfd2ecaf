package io.tally.testkit;

import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.function.UnaryOperator;

/**
 * A service that simulated processes host.
 *
 * @param kind of its entities.
 * @param definition of the service.
 * @param witness sees what the service of a shard does.
 */
record SeenService(
    Entity.Kind kind, ServiceDefinition definition, UnaryOperator<ShardService> witness) {}
