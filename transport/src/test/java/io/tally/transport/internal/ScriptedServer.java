package io.tally.transport.internal;

import io.tally.transport.NatsAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A NATS server of which the test decides what it says, and all clients that tried it. One thread.
 */
final class ScriptedServer implements NatsClient.Connector {
  enum Answer {
    GREETS,
    IS_AWAY,
    REFUSES,
    IS_SILENT
  }

  final Map<String, Answer> answers = new LinkedHashMap<>();
  final List<String> attempts = new ArrayList<>();
  final List<Client> clients = new ArrayList<>();
  Answer answer = Answer.GREETS;
  long maxPayloadBytes = 1 << 20;
  String deniedSubject = "";
  List<String> names = List.of();

  Client last() {
    return clients.get(clients.size() - 1);
  }

  @Override
  public NatsClient connect(final NatsAddress address, final NatsClient.Listener listener) {
    final Client client = new Client(address, listener);
    attempts.add(address.url());
    clients.add(client);
    switch (answers.getOrDefault(address.host(), answer)) {
      case GREETS -> client.greet();
      case IS_AWAY -> listener.onEnded("Connection refused");
      case REFUSES -> listener.onRefused("Authorization Violation");
      default -> {}
    }
    return client;
  }

  final class Client implements NatsClient {
    final NatsAddress address;
    final Listener listener;
    final List<String> subjects = new ArrayList<>();
    final List<String> published = new ArrayList<>();
    FrameListener frames;
    final List<Runnable> unconfirmed = new ArrayList<>();
    boolean holdsConfirmations;
    boolean connected;
    boolean closed;

    Client(final NatsAddress address, final Listener listener) {
      this.address = address;
      this.listener = listener;
    }

    void greet() {
      connected = true;
      if (!names.isEmpty()) {
        listener.onDiscovered(names);
      }
      listener.onConnected(maxPayloadBytes, "9.9.9");
    }

    void lose(final String reason) {
      connected = false;
      listener.onEnded(reason);
    }

    @Override
    public boolean isConnected() {
      return connected;
    }

    @Override
    public FrameCarrier.Subscription subscribe(
        final String subject, final FrameListener frameListener) {
      subjects.add(subject);
      frames = frameListener;
      if (subject.equals(deniedSubject)) {
        listener.onDenied("Permissions Violation for Subscription to \"" + subject + "\"", false);
      }
      return () -> subjects.remove(subject);
    }

    @Override
    public void flush(final Runnable onConfirmed) {
      if (holdsConfirmations) {
        unconfirmed.add(onConfirmed);
      } else {
        onConfirmed.run();
      }
    }

    @Override
    public boolean publish(final String subject, final byte[] memory, final int length) {
      if (connected) {
        published.add(subject);
      }
      return connected;
    }

    @Override
    public void close() {
      connected = false;
      closed = true;
    }
  }
}
