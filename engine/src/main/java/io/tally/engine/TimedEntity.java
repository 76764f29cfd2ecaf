package io.tally.engine;

/**
 * An entity that exists for a time. Immutable: what changes is another one in its place.
 *
 * @param id of the entity, a character for each byte.
 * @param hash of the id, as commands carry it.
 * @param number that no other entity has had in this life of the shard, this one before its end
 *     included; a later one has a greater one.
 * @param version that no other state of any entity has had in this life of the shard.
 * @param endNs the shard's time at which it ends.
 */
public record TimedEntity(String id, long hash, long number, long version, long endNs) {}
