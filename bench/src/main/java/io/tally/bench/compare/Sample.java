package io.tally.bench.compare;

/**
 * One run of one contestant.
 *
 * @param perSecond answers a second.
 * @param cpuMicros user and system time of the contestant's processes for each answer.
 * @param p50Ms median as the generator saw it.
 * @param p99Ms 99th percentile as the generator saw it.
 */
record Sample(double perSecond, double cpuMicros, double p50Ms, double p99Ms) {}
