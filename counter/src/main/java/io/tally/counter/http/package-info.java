/** How the counters are reached over HTTP: one row for each operation. */
package io.tally.counter.http;
