/**
 * A node that hosts services, in a program of its own or inside another one: configuration and
 * memory plan, the order of start and stop, metrics, and the command line.
 *
 * <p>{@link TallyNode#launch} starts the nodes of a process with a {@link NodeConfig}, and each
 * {@link HostedService} in it says what they host. The class {@link Tally} is the program, which
 * hosts the counters.
 *
 * <p>API, which later versions keep: {@link CarrierSettings}, {@link HostedService}, {@link
 * NodeConfig}, {@link NodeTimes}, {@link ServiceProvider}, {@link StartException}, {@link
 * StateSettings}, {@link Tally}, {@link TallyNode}.
 */
package io.tally.launcher;
