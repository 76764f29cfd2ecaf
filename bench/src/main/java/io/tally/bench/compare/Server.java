package io.tally.bench.compare;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A contestant that runs: its processes, its port and how its counters are addressed. */
final class Server implements AutoCloseable {
  /** How a counter is incremented and read. */
  enum Protocol {
    /** Tally's API, and servers that answer everything. */
    TALLY("POST", "/counter/", "/increment"),
    /** Redis commands as HTTP paths. */
    WEBDIS("GET", "/INCRBY/", "/1"),
    /** Redis itself, not HTTP. */
    REDIS("", "", "");

    final String method;
    final String prefix;
    final String suffix;

    Protocol(final String method, final String prefix, final String suffix) {
      this.method = method;
      this.prefix = prefix;
      this.suffix = suffix;
    }
  }

  final Contestant contestant;
  final Protocol protocol;

  /** The first of {@link #ports}. */
  final int port;

  /** Where requests go, the same number to each. */
  final List<Integer> ports;

  /** Where the counters are read; 0 if there are none. */
  final int readPort;

  private final List<ServerProcess> processes;

  Server(
      final Contestant contestant,
      final Protocol protocol,
      final int port,
      final int readPort,
      final ServerProcess... processes) {
    this(contestant, protocol, List.of(port), readPort, List.of(processes));
  }

  Server(
      final Contestant contestant,
      final Protocol protocol,
      final List<Integer> ports,
      final int readPort,
      final List<ServerProcess> processes) {
    this.contestant = contestant;
    this.protocol = protocol;
    this.port = ports.get(0);
    this.ports = ports;
    this.readPort = readPort;
    this.processes = processes;
  }

  /** The process that serves requests, or the last of them. */
  ServerProcess process() {
    return processes.get(processes.size() - 1);
  }

  boolean counts() {
    return readPort != 0;
  }

  /** Number of counters that Tally's metrics tell. */
  long counterCount() throws IOException {
    final String port =
        Command.find(process().output(), "prometheus metrics server starting.* port=(\\d+)")
            .group(1);
    try (Socket socket = Counters.connect(Integer.parseInt(port))) {
      socket.getOutputStream().write(Counters.get("/metrics").getBytes(StandardCharsets.US_ASCII));
      final String page = new HttpAnswers(socket.getInputStream()).next();
      return (long)
          Double.parseDouble(Command.find(page, "tally_counters\\{[^}]*\\} (\\S+)").group(1));
    }
  }

  long cpuMicros() throws IOException {
    long sum = 0;
    for (final ServerProcess process : processes) {
      process.checkAlive();
      sum += process.cpuMicros();
    }
    return sum;
  }

  /** Resident set of all its processes. */
  long residentKib() throws IOException {
    long sum = 0;
    for (final ServerProcess process : processes) {
      sum += process.residentKib();
    }
    return sum;
  }

  void checkAlive() throws IOException {
    for (final ServerProcess process : processes) {
      process.checkAlive();
    }
  }

  @Override
  public void close() {
    final List<ServerProcess> reversed = new ArrayList<>(processes);
    java.util.Collections.reverse(reversed);
    reversed.forEach(ServerProcess::close);
  }
}
