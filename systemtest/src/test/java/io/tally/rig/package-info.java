/**
 * The fault rig: a cluster of real processes over a real {@code nats-server}, with a proxy between
 * each node and the server. For each fault it drives load, records what every client saw, heals,
 * and has the history checked by the same checkers as the simulation's.
 */
package io.tally.rig;
