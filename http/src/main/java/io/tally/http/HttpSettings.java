package io.tally.http;

import io.tally.edge.EdgeSettings;
import io.tally.http.internal.HttpServers;

/**
 * Where an HTTP server listens, and how it treats its clients.
 *
 * @param host name or address to listen on.
 * @param port 0 to 65,535; 0 takes any free port.
 * @param maxBodyBytes longest body of a request.
 * @param edge what clients may hold, and for how long.
 */
public record HttpSettings(String host, int port, int maxBodyBytes, EdgeSettings edge) {
  /** Address where none is given. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** Port where none is given. */
  public static final int DEFAULT_PORT = 8181;

  /** Port 8181 of 127.0.0.1, and bodies of 64 KiB. */
  public static final HttpSettings DEFAULTS =
      new HttpSettings(DEFAULT_HOST, DEFAULT_PORT, 65_536, EdgeSettings.DEFAULTS);

  static {
    HttpServers.give(new PortServers());
  }

  /**
   * Checks the longest body.
   *
   * @throws IllegalArgumentException if it is not positive.
   */
  public HttpSettings {
    if (maxBodyBytes <= 0) {
      throw new IllegalArgumentException("maxBodyBytes must be positive: " + maxBodyBytes);
    }
  }

  /**
   * These settings at another address.
   *
   * @param newHost name or address to listen on.
   * @param newPort 0 to 65,535; 0 takes any free port.
   * @return new settings.
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
