package io.tally.http;

import io.tally.edge.EdgeSettings;
import io.tally.http.internal.HttpServers;
import java.util.Objects;

/**
 * Where an HTTP server listens, and how it treats its clients.
 *
 * @param host name or address to listen on.
 * @param port 0 to {@link EdgeSettings#MAX_PORT}; 0 takes any free port.
 * @param maxBodyBytes longest body of a request, positive.
 * @param edge what clients may hold, and for how long.
 */
public record HttpSettings(String host, int port, int maxBodyBytes, EdgeSettings edge) {
  /** Address where none is given. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** Port where none is given. */
  public static final int DEFAULT_PORT = 8181;

  /** Longest body where nothing is said of it. */
  private static final int DEFAULT_BODY_BYTES = 1 << 16;

  /**
   * {@link #DEFAULT_PORT} of {@link #DEFAULT_HOST}, for the clients of {@link
   * EdgeSettings#DEFAULTS}.
   */
  public static final HttpSettings DEFAULTS =
      new HttpSettings(DEFAULT_HOST, DEFAULT_PORT, DEFAULT_BODY_BYTES, EdgeSettings.DEFAULTS);

  static {
    HttpServers.give(new PortServers());
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if the host has no name, or if the port or the longest body is
   *     out of its range.
   */
  public HttpSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("a host to listen on must be named");
    }
    if (!EdgeSettings.isPort(port)) {
      throw new IllegalArgumentException("not a port: " + port);
    }
    Objects.requireNonNull(edge);
    if (maxBodyBytes <= 0) {
      throw new IllegalArgumentException("maxBodyBytes must be positive: " + maxBodyBytes);
    }
  }

  /**
   * These settings at another address.
   *
   * @param newHost name or address to listen on.
   * @param newPort 0 to {@link EdgeSettings#MAX_PORT}; 0 takes any free port.
   * @return new settings.
   * @throws IllegalArgumentException as the constructor.
   */
  public HttpSettings at(final String newHost, final int newPort) {
    return new HttpSettings(newHost, newPort, maxBodyBytes, edge);
  }

  /**
   * These settings with other clients in mind.
   *
   * @param newEdge what they may hold, and for how long.
   * @return new settings.
   */
  public HttpSettings with(final EdgeSettings newEdge) {
    return new HttpSettings(host, port, maxBodyBytes, newEdge);
  }
}
