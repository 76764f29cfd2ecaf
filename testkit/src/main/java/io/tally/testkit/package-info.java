/**
 * A whole cluster on a virtual clock: the real engine and the real node link of each process, over
 * a simulated broker, clock and scheduler, stepped by one thread. Everything that happens follows
 * from a seed.
 *
 * <p>Time jumps to the next event. A process pauses inside a call that it makes: into its clock,
 * its link, its carrier, a wake-up or its service. While it is paused the rest of the world runs
 * nested in that call, so a pause can fall between any two such calls, and last for any time.
 */
package io.tally.testkit;
