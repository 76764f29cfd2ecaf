package io.tally.launcher;

import io.tally.transport.CarrierCounter;
import io.tally.transport.FrameCarrier;
import io.tally.transport.InProcessCarrier;
import io.tally.transport.NatsCarrier;
import io.tally.transport.NatsServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;

/** The carrier that the settings ask for, and the nats-server that was started for it, if any. */
final class Carriers implements AutoCloseable {
  private final NatsServerProcess server;
  private final NatsCarrier nats;
  private final FrameCarrier carrier;

  private Carriers(
      final NatsServerProcess server, final NatsCarrier nats, final FrameCarrier carrier) {
    this.server = server;
    this.nats = nats;
    this.carrier = carrier;
  }

  static Carriers launch(final Settings settings, final boolean wholeCluster)
      throws StartException {
    final String url = settings.nats != null ? settings.nats : System.getenv("NATS_URL");
    if (settings.transport != Settings.Transport.INPROCESS) {
      if (url != null && !url.isEmpty()) {
        return connect(null, url);
      }
      if (!wholeCluster) {
        throw new StartException(
            "a node of a cluster needs a NATS server: give --nats=URL or set NATS_URL");
      }
      final Optional<Path> binary =
          settings.natsServer != null
              ? Optional.of(settings.natsServer)
              : NatsServerProcess.findOnPath();
      if (binary.isPresent()) {
        return startServer(binary.get());
      }
      if (settings.transport == Settings.Transport.NATS) {
        throw new StartException(
            "--transport=nats needs a server: give --nats=URL, or install nats-server, or give --nats-server=PATH");
      }
    }
    Log.info("nodes talk in process", "transport", "inprocess");
    return new Carriers(null, null, new InProcessCarrier());
  }

  private static Carriers startServer(final Path binary) throws StartException {
    final NatsServerProcess server;
    try {
      server = NatsServerProcess.launch(binary, new ServerLog());
    } catch (final IOException fault) {
      throw new StartException("cannot start " + binary + ": " + fault.getMessage(), fault);
    }
    Log.info("started nats-server", "binary", binary, "pid", server.pid());
    return connect(server, server.url());
  }

  private static Carriers connect(final NatsServerProcess server, final String url)
      throws StartException {
    try {
      final NatsCarrier nats = NatsCarrier.launch(url, "tally", new ConnectionLog());
      Log.info(
          "nodes talk over NATS",
          "transport",
          "nats",
          "url",
          nats.shownUrl(),
          "version",
          nats.serverVersion());
      return new Carriers(server, nats, nats);
    } catch (final IOException fault) {
      CloseHelper.quietClose(server);
      throw new StartException(fault.getMessage(), fault);
    }
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

  /** While the server is away, jnats tells the same again at every attempt. */
  private static final class ConnectionLog implements NatsCarrier.Listener {
    private final AtomicReference<String> last = new AtomicReference<>();

    @Override
    public void onEvent(final String event) {
      if (!event.equals(last.getAndSet(event))) {
        Log.warn("NATS connection", "event", event);
      }
    }
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
