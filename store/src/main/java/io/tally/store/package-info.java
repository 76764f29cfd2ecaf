/**
 * What an operator says of the state that nodes keep on disk.
 *
 * <p>API, which later versions keep: {@link StartMode}.
 */
package io.tally.store;
