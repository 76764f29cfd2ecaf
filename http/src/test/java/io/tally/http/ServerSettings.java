package io.tally.http;

import io.tally.edge.EdgeSettings;
import io.tally.http.internal.ClusterView;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;

/** What a test wants otherwise than {@link TestServer} has it. */
final class ServerSettings {
  private int port;
  private EdgeSettings edge = EdgeSettings.DEFAULTS;

  // Beside a leak detector and other tests, what is sent may wait for long.
  LongSupplier requestTimeoutNs = () -> TimeUnit.MINUTES.toNanos(1);
  ClusterView cluster = () -> "{\"epoch\":1,\"nodes\":[]}";
  BooleanSupplier serving = () -> true;
  EpochClock epochClock = SystemEpochClock.INSTANCE;
  List<Endpoint> moreRows = List.of();

  HttpSettings http() {
    return HttpSettings.DEFAULTS.at("127.0.0.1", port).with(edge);
  }

  ServerSettings port(final int value) {
    port = value;
    return this;
  }

  ServerSettings maxConnections(final int value) {
    edge = edge.withClients(value, edge.maxClientBytes(), edge.maxRequests(), edge.maxInFlight());
    return this;
  }

  ServerSettings maxClientBytes(final long value) {
    edge = edge.withClients(edge.maxConnections(), value, edge.maxRequests(), edge.maxInFlight());
    return this;
  }

  ServerSettings maxRequests(final int value) {
    edge =
        edge.withClients(edge.maxConnections(), edge.maxClientBytes(), value, edge.maxInFlight());
    return this;
  }

  ServerSettings maxInFlight(final int value) {
    edge =
        edge.withClients(edge.maxConnections(), edge.maxClientBytes(), edge.maxRequests(), value);
    return this;
  }

  ServerSettings maxStreams(final int value) {
    edge = edge.withStreams(value);
    return this;
  }

  ServerSettings headDeadlineNs(final long value) {
    edge =
        edge.withDeadlines(value, edge.bodyDeadlineNs(), edge.idleTimeoutNs(), edge.writeStallNs());
    return this;
  }

  ServerSettings bodyDeadlineNs(final long value) {
    edge =
        edge.withDeadlines(edge.headDeadlineNs(), value, edge.idleTimeoutNs(), edge.writeStallNs());
    return this;
  }

  ServerSettings idleTimeoutNs(final long value) {
    edge =
        edge.withDeadlines(
            edge.headDeadlineNs(), edge.bodyDeadlineNs(), value, edge.writeStallNs());
    return this;
  }

  ServerSettings writeStallNs(final long value) {
    edge =
        edge.withDeadlines(
            edge.headDeadlineNs(), edge.bodyDeadlineNs(), edge.idleTimeoutNs(), value);
    return this;
  }

  ServerSettings requestTimeoutNs(final LongSupplier value) {
    requestTimeoutNs = value;
    return this;
  }

  ServerSettings cluster(final ClusterView value) {
    cluster = value;
    return this;
  }

  ServerSettings serving(final BooleanSupplier value) {
    serving = value;
    return this;
  }

  ServerSettings epochClock(final EpochClock value) {
    epochClock = value;
    return this;
  }

  /** Rows beside those of the counters. */
  ServerSettings rows(final Endpoint... rows) {
    moreRows = List.of(rows);
    return this;
  }
}
