package io.tally.launcher;

import io.tally.launcher.CarrierSettings.Transport;
import io.tally.transport.NatsAddress;
import io.tally.transport.NatsLogin;
import io.tally.transport.internal.CarrierCounter;
import io.tally.transport.internal.CarrierState;
import io.tally.transport.internal.FrameCarrier;
import io.tally.transport.internal.InProcessCarrier;
import io.tally.transport.internal.NatsCarrier;
import io.tally.transport.internal.NatsServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/** The carrier that the settings ask for, and the nats-server that was started for it, if any. */
final class Carriers implements AutoCloseable {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final NatsServerProcess server;
  private final NatsCarrier nats;
  private final FrameCarrier carrier;

  private Carriers(
      final NatsServerProcess server, final NatsCarrier nats, final FrameCarrier carrier) {
    this.server = server;
    this.nats = nats;
    this.carrier = carrier;
  }

  /** What a carrier is launched with. */
  record Launch(
      NodeConfig config, long minFrameBytes, ErrorHandler errorHandler, BooleanSupplier stopping) {}

  static Carriers launch(final Launch launch) throws StartException {
    final CarrierSettings settings = launch.config().carrier();
    if (settings.transport() != Transport.INPROCESS) {
      if (!settings.servers().isEmpty()) {
        return connect(null, settings.servers(), settings.shownServers(), launch);
      }
      if (!launch.config().isWholeCluster()) {
        throw new StartException(
            "a node of a cluster needs a NATS server: give --nats=URL or set NATS_URL");
      }
      final Optional<Path> binary =
          settings.serverBinary() != null
              ? Optional.of(settings.serverBinary())
              : NatsServerProcess.findOnPath();
      if (binary.isPresent()) {
        return startServer(binary.get(), launch);
      }
      if (settings.transport() == Transport.NATS) {
        throw new StartException(
            "--transport=nats needs a server: give --nats=URL, or install nats-server, or give --nats-server=PATH");
      }
    }
    Log.info("nodes talk in process", "transport", "inprocess");
    return new Carriers(null, null, new InProcessCarrier());
  }

  private static Carriers startServer(final Path binary, final Launch launch)
      throws StartException {
    final NatsServerProcess server;
    try {
      server = NatsServerProcess.launch(binary, new ServerLog());
    } catch (final IOException fault) {
      throw new StartException("cannot start " + binary + ": " + fault.getMessage(), fault);
    }
    Log.info("started nats-server", "binary", binary, "pid", server.pid());
    final List<NatsAddress> addresses = NatsAddress.parse(server.url(), NatsLogin.NONE);
    return connect(server, addresses, server.url(), launch);
  }

  private static Carriers connect(
      final NatsServerProcess server,
      final List<NatsAddress> addresses,
      final String shownUrl,
      final Launch launch)
      throws StartException {
    final NatsLog log = new NatsLog();
    final NatsCarrier nats =
        NatsCarrier.launch(addresses, "tally", launch.minFrameBytes(), log, launch.errorHandler());
    final Carriers carriers = new Carriers(server, nats, nats);
    try {
      carriers.awaitConnected(shownUrl, launch);
    } catch (final StartException fault) {
      CloseHelper.quietClose(carriers);
      throw fault;
    }
    Log.info(
        "nodes talk over NATS",
        "transport",
        "nats",
        "url",
        shownUrl,
        "version",
        nats.serverVersion(),
        "max_payload",
        nats.maxFrameBytes());
    log.begin();
    return carriers;
  }

  private void awaitConnected(final String shownUrl, final Launch launch) throws StartException {
    final long startNs = System.nanoTime();
    boolean said = false;
    while (!nats.isConnected()) {
      final long waitedNs = System.nanoTime() - startNs;
      if (launch.stopping().getAsBoolean()
          || waitedNs > launch.config().times().start().toNanos()) {
        throw new StartException(
            "cannot use NATS at "
                + shownUrl
                + " after "
                + TimeUnit.NANOSECONDS.toMillis(waitedNs)
                + " ms: "
                + nats.fault());
      }
      if (!said && (hasFailed() || waitedNs > PATIENCE_NS && hasTriedInVain())) {
        said = true;
        Log.warn(
            "waiting for NATS",
            "url",
            shownUrl,
            "reason",
            nats.fault(),
            "start_timeout",
            Durations.format(launch.config().times().start()));
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Whether no server of the list was to be reached. */
  private boolean hasFailed() {
    return nats.status().state() != CarrierState.CONNECTING;
  }

  /** Whether one was not: the others may take long. */
  private boolean hasTriedInVain() {
    return nats.get(CarrierCounter.CONNECT_FAILURES) > 0;
  }

  FrameCarrier carrier() {
    return carrier;
  }

  /** Whether publishing may block, so that it needs a thread of its own. */
  boolean blocks() {
    return nats != null;
  }

  String name() {
    return nats != null ? "nats" : "inprocess";
  }

  long count(final CarrierCounter counter) {
    return nats == null ? 0 : nats.get(counter);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(nats, server);
  }

  private static final class ServerLog implements NatsServerProcess.Listener {
    @Override
    public void onExit(final int exitCode, final String lastLine) {
      Log.warn("nats-server ended and is started again", "exit_code", exitCode, "said", lastLine);
    }

    @Override
    public void onRestart(final long pid) {
      Log.info("started nats-server", "pid", pid);
    }
  }
}
