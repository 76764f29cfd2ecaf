package io.tally.store.internal;

/**
 * A service whose state a snapshot holds. Immutable.
 *
 * @param schemaId of its messages, 0 to 65,534.
 * @param version of that schema, 0 to 65,534.
 * @param name of the service.
 */
public record StoredService(int schemaId, int version, String name) {}
