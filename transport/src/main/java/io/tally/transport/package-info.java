/**
 * How a node reaches NATS. What carries its messages is in {@code io.tally.transport.internal}.
 *
 * <p>API, which later versions keep: {@link NatsAddress}, {@link NatsLogin}.
 */
package io.tally.transport;
