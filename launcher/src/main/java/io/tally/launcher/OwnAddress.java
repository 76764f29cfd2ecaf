package io.tally.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Tells whether a port can listen on an address, before any is bound. */
final class OwnAddress {
  private OwnAddress() {}

  /** Whether a name or an address is one of this machine. */
  static boolean isOwn(final String host) {
    if (host.isEmpty()) {
      return false;
    }
    try {
      final InetAddress address = InetAddress.getByName(host);
      return NetworkInterface.getByInetAddress(address) != null || canBeBound(address);
    } catch (final UnknownHostException | SocketException unknown) {
      return false;
    }
  }

  /** Interfaces do not list all addresses that are this machine's: 127.0.0.2 is, and 0.0.0.0. */
  private static boolean canBeBound(final InetAddress address) {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.isBound();
    } catch (final IOException foreign) {
      return false;
    }
  }
}
