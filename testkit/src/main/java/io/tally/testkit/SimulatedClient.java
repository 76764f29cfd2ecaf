package io.tally.testkit;

import io.tally.engine.internal.SteppedAgent;
import io.tally.transport.internal.FrameCarrier;
import io.tally.transport.internal.FrameListener;
import io.tally.transport.internal.NatsClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One connection of the client library, simulated as it was observed to behave: what is published
 * waits for the flush or for more, then leaves soon; it blocks when nobody reads, tells what
 * happens on threads of its own, and learns late that nobody answers.
 */
final class SimulatedClient implements NatsClient {
  private enum Status {
    CONNECTING,
    CONNECTED,
    ENDED
  }

  private static final long MS = Settings.MS;
  private static final int MAX_OUTGOING = 64;
  private static final int MAX_GATHERED = 8;
  private static final long BLOCKED_NS = 200 * MS;
  private static final long CONNECT_TIMEOUT_NS = 300 * MS;
  private static final long FLUSH_TIMEOUT_NS = 300 * MS;
  private static final long STALE_NS = 400 * MS;
  private static final long WRITE_NS = 100_000;

  private final World world;
  private final Broker broker;
  private final BrokerAccess access;
  private final ProcessExecution execution;
  private final Traces traces;
  private final Listener listener;
  private final SimulatedThread reader;
  private final SimulatedThread callbacks;
  private final ArrayDeque<Runnable> toTell = new ArrayDeque<>();
  private final ArrayDeque<Frame> gathered = new ArrayDeque<>();
  private final ArrayDeque<Frame> outgoing = new ArrayDeque<>();
  private final Map<String, List<FrameListener>> subscriptions = new HashMap<>();
  private BrokerConnection connection;
  private Status status = Status.CONNECTING;
  private long maxPayloadBytes;
  private boolean writing;

  SimulatedClient(
      final World world,
      final Broker broker,
      final BrokerAccess access,
      final ProcessExecution execution,
      final Traces traces,
      final Listener listener) {
    this.world = world;
    this.broker = broker;
    this.access = access;
    this.execution = execution;
    this.traces = traces;
    this.listener = listener;
    reader = new SimulatedThread(world, execution, this::read, WRITE_NS);
    callbacks = new SimulatedThread(world, execution, this::tellAll, WRITE_NS);
    execution.after(world.skewed(2 * MS), this::connect);
  }

  private void connect() {
    if (status != Status.CONNECTING) {
      return;
    }
    if (access.isCutOff()) {
      execution.after(CONNECT_TIMEOUT_NS, () -> end("timed out"));
    } else if (!broker.isUp()) {
      end("connection refused");
    } else if (access.areCredentialsRefused()) {
      status = Status.ENDED;
      traces.add(Trace.CREDENTIALS_REFUSED);
      tell(() -> listener.onRefused("Authorization Violation"));
    } else {
      status = Status.CONNECTED;
      connection = broker.accept(this);
      maxPayloadBytes = broker.maxPayloadBytes();
      traces.add(Trace.CONNECTIONS);
      tell(() -> listener.onConnected(maxPayloadBytes, "0"));
    }
  }

  private void end(final String reason) {
    if (status != Status.ENDED) {
      if (status == Status.CONNECTED) {
        traces.add(Trace.CONNECTIONS_LOST);
      }
      status = Status.ENDED;
      gathered.clear();
      outgoing.clear();
      tell(() -> listener.onEnded(reason));
    }
  }

  private void tell(final Runnable event) {
    toTell.add(event);
    callbacks.notice();
  }

  private long tellAll() {
    for (Runnable event = toTell.poll(); event != null; event = toTell.poll()) {
      execution.touch();
      event.run();
    }
    return SteppedAgent.NEVER;
  }

  @Override
  public boolean isConnected() {
    execution.touch();
    return status == Status.CONNECTED;
  }

  @Override
  public FrameCarrier.Subscription subscribe(
      final String subject, final FrameListener frameListener) {
    execution.touch();
    if (status != Status.CONNECTED) {
      return () -> {};
    }
    subscriptions.computeIfAbsent(subject, s -> new ArrayList<>()).add(frameListener);
    connection.ask(connection -> connection.subscribe(subject));
    return () -> unsubscribe(subject, frameListener);
  }

  private void unsubscribe(final String subject, final FrameListener frameListener) {
    final List<FrameListener> listeners = subscriptions.get(subject);
    if (listeners.remove(frameListener) && listeners.isEmpty() && status == Status.CONNECTED) {
      connection.ask(connection -> connection.unsubscribe(subject));
    }
  }

  @Override
  public void flush(final Runnable onConfirmed) {
    execution.touch();
    if (status != Status.CONNECTED) {
      end("the server confirmed no subscription");
      return;
    }
    final boolean[] confirmed = {false};
    connection.ask(
        served -> {
          confirmed[0] = true;
          execution.after(broker.delayNs(), () -> tell(onConfirmed));
        });
    execution.after(
        FLUSH_TIMEOUT_NS,
        () -> {
          if (!confirmed[0]) {
            end("the server confirmed no subscription");
          }
        });
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    execution.touch();
    if (length > maxPayloadBytes) {
      access.onTooLong();
      return false;
    }
    if (gathered.size() >= MAX_GATHERED) {
      flushFrames();
    }
    if (status != Status.CONNECTED) {
      return false;
    }
    gathered.add(new Frame(subject, Arrays.copyOf(memory, length)));
    return true;
  }

  @Override
  public void flushFrames() {
    while (!gathered.isEmpty() && hasRoom()) {
      outgoing.add(gathered.remove());
      writeSoon(world.skewed(WRITE_NS));
    }
    gathered.forEach(frame -> traces.add(Trace.FRAMES_LOST));
    gathered.clear();
  }

  /** Waits for it, if need be; the connection may end meanwhile. */
  private boolean hasRoom() {
    if (status == Status.CONNECTED && outgoing.size() >= MAX_OUTGOING) {
      traces.add(Trace.PUBLISHES_BLOCKED);
      execution.block(
          BLOCKED_NS, () -> outgoing.size() < MAX_OUTGOING || status != Status.CONNECTED);
    }
    return status == Status.CONNECTED && outgoing.size() < MAX_OUTGOING;
  }

  private void writeSoon(final long delayNs) {
    if (!writing) {
      writing = true;
      execution.after(
          delayNs,
          () -> {
            writing = false;
            write();
          });
    }
  }

  private void write() {
    if (connection.isStalled()) {
      if (!outgoing.isEmpty()) {
        writeSoon(MS);
      }
      return;
    }
    for (Frame frame = outgoing.poll(); frame != null; frame = outgoing.poll()) {
      if (access.isMute()) {
        traces.add(Trace.FRAMES_LOST);
      } else {
        connection.send(frame);
      }
    }
  }

  @Override
  public void close() {
    if (status != Status.CONNECTED) {
      status = Status.ENDED;
      return;
    }
    // Not at once: what was published is written first, if that does not take long.
    execution.after(outgoing.isEmpty() ? 0 : BLOCKED_NS, this::finish);
  }

  /** Ends it for the process; what the network has taken still arrives. */
  void finish() {
    status = Status.ENDED;
    gathered.clear();
    outgoing.clear();
    if (connection != null) {
      connection.finish();
    }
  }

  int subscriptionCount() {
    return subscriptions.values().stream().mapToInt(List::size).sum();
  }

  boolean isOpen() {
    return status == Status.CONNECTED;
  }

  /**
   * Nothing passes for a while; after some time of that the client gives up. What it had written
   * still arrives in the end, when another connection has long taken the place of this one.
   */
  void stall(final long durationNs) {
    if (status == Status.CONNECTED) {
      connection.stall(durationNs);
      if (durationNs > STALE_NS) {
        execution.after(
            STALE_NS,
            () -> {
              if (status == Status.CONNECTED) {
                end("stale connection");
                connection.finish();
              }
            });
      }
    }
  }

  void cutConnection() {
    if (connection != null) {
      connection.cut();
    }
  }

  void onReadable() {
    reader.notice();
  }

  private long read() {
    for (Frame frame = connection.read(); frame != null; frame = connection.read()) {
      final List<FrameListener> listeners = subscriptions.getOrDefault(frame.subject(), List.of());
      for (final FrameListener frameListener : List.copyOf(listeners)) {
        execution.touch();
        frameListener.onFrame(frame.bytes());
      }
    }
    if (!connection.isOpen()) {
      end("connection lost");
    }
    return SteppedAgent.NEVER;
  }
}
