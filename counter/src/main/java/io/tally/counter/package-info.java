/**
 * The counter service: exact signed 64-bit counters by id, as a service on {@link io.tally.engine}.
 *
 * <p>{@link io.tally.counter.CounterProxy} turns a call into bytes on the caller's event loop,
 * {@code CounterAdapter} turns them into a call on {@code CounterTable} in the owning shard, and
 * {@link io.tally.counter.CounterReplyAdapter} reads the reply. What a write asks for beyond adding
 * stands in a {@link io.tally.counter.CounterRequest}; {@code CounterWrites} and {@code
 * QuotaWrites} decide it, and {@code CounterState} applies it. The memory that all counters of a
 * process may take is bounded by {@link io.tally.counter.CounterLimit}.
 *
 * <p>API, which later versions keep: {@link CounterDefinition}, {@link CounterExport}, {@link
 * CounterLimit}, {@link CounterOperation}, {@link CounterOperations}, {@link CounterPageAdapter},
 * {@link CounterProxy}, {@link CounterReplyAdapter}, {@link CounterRequest}, {@link
 * CounterShardProxy}, {@link CounterWatch}, {@link OperationsReplyAdapter}, {@link ReadCounter}.
 */
package io.tally.counter;
