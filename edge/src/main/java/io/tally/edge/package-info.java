/**
 * How an edge treats its clients. What serves them is in {@code io.tally.edge.internal}.
 *
 * <p>API, which later versions keep: {@link EdgeSettings}.
 */
package io.tally.edge;
