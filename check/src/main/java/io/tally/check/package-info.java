/**
 * What clients saw of a service, and whether it kept its promises: a {@link io.tally.check.History}
 * holds what a run recorded, simulated or of real processes, and each {@link
 * io.tally.check.Checker} is a function of it alone. {@link io.tally.check.Holdings} judges what
 * one alone may hold. Nothing here knows what was run, so what is judged cannot judge itself.
 *
 * <p>API, which later versions keep: {@link Checker}, {@link Fate}, {@link History}, {@link
 * Holdings}, {@link IdempotencyChecker}, {@link IncarnationChecker}, {@link Life}, {@link
 * Operation}, {@link SettledChecker}.
 */
package io.tally.check;
