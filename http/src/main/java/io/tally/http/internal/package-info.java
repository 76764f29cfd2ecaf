/**
 * What the launcher holds of a server over HTTP, and what it tells it of the node.
 *
 * <p>No API: for the modules of Tally alone.
 */
package io.tally.http.internal;
