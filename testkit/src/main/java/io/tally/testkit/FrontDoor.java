package io.tally.testkit;

import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import io.tally.engine.internal.SocketBacklog;
import io.tally.engine.internal.StandstillDetector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Where clients reach a process. Requests wait in its sockets until the socket's loop reads them,
 * however long it stands still, whether their clients still wait or not. What may have waited for
 * too long is refused, as the HTTP edge does it.
 */
final class FrontDoor {
  /** Connections of a loop. */
  static final int CONNECTIONS = 3;

  private static final int MAX_IN_FLIGHT = 4;
  private static final long TOLERANCE_NS = 5 * Settings.MS;

  /** Hears what leaves. */
  interface Answers {
    void onAnswer(
        Request request, Outcome outcome, long value, long shardIncarnation, boolean replayed);

    void onLost(Request request);
  }

  /** A socket, with what was not read of it. A new one has to be accepted first. */
  private static final class Socket {
    private final ArrayDeque<Request> unread = new ArrayDeque<>();
    private SocketBacklog backlog;
    private int inFlight;
    private boolean paused;
  }

  private record Slot(Request request, Socket socket, int loop, long readNs) {}

  private final SimulatedProcess process;
  private final Answers answers;
  private final Traces traces;
  private final List<String> violations;
  private final Socket[][] sockets;
  private final StandstillDetector[] standstills;
  private final EntityProxy[] proxies;
  private final List<Slot> slots = new ArrayList<>();
  private final ReplyHandler onReply = this::onReply;
  private int pendingCount;
  private boolean open;

  FrontDoor(
      final SimulatedProcess process,
      final int loopCount,
      final Answers answers,
      final Traces traces,
      final List<String> violations) {
    this.process = process;
    this.answers = answers;
    this.traces = traces;
    this.violations = violations;
    sockets = new Socket[loopCount][CONNECTIONS];
    for (final Socket[] ofLoop : sockets) {
      Arrays.setAll(ofLoop, i -> new Socket());
    }
    standstills = new StandstillDetector[loopCount];
    proxies = new EntityProxy[loopCount];
  }

  /** Begins to poll the sockets of a loop. */
  void serve(final int loop, final EntityProxy proxy, final long nowNs) {
    open = true;
    proxies[loop] = proxy;
    standstills[loop] = new StandstillDetector(process.node().unreadTimeoutNs(), nowNs);
  }

  /** Returns false if the connection is refused: nothing was handed over. */
  boolean arrive(final Request request, final int loop, final int connection) {
    if (open) {
      sockets[loop][connection].unread.add(request);
    }
    return open;
  }

  void stopAccepting() {
    open = false;
  }

  boolean isDrained() {
    return pendingCount == 0
        && Arrays.stream(sockets).flatMap(Arrays::stream).allMatch(s -> s.unread.isEmpty());
  }

  /** A loop polls its sockets, and reads those that hold something. */
  void poll(final int loop) {
    final List<Socket> ready = new ArrayList<>(CONNECTIONS);
    for (final Socket socket : sockets[loop]) {
      if (!socket.unread.isEmpty() && !socket.paused) {
        ready.add(socket);
      }
    }
    for (final Socket socket : ready) {
      final long nowNs = process.execution().nanoTime();
      if (socket.backlog == null) {
        socket.backlog = new SocketBacklog(standstills[loop], standstills[loop].polledNs(), nowNs);
      }
      socket.backlog.onRead(nowNs);
      read(loop, socket, nowNs);
      if (socket.unread.isEmpty() && socket.backlog != null) {
        socket.backlog.onDrained();
      }
    }
  }

  private void read(final int loop, final Socket socket, final long nowNs) {
    while (!socket.unread.isEmpty()) {
      if (socket.inFlight >= MAX_IN_FLIGHT) {
        traces.add(Trace.READING_PAUSED);
        socket.paused = true;
        socket.backlog.onPause();
        return;
      }
      final boolean late = socket.backlog.isLate(nowNs);
      final Request request = socket.unread.poll();
      process.execution().touch();
      if (request.ended) {
        traces.add(Trace.UNREAD_REQUESTS);
      }
      if (late) {
        refuseLate(request, socket);
        return;
      }
      if (process.isServing()) {
        submit(loop, socket, request, nowNs);
      } else {
        answers.onAnswer(request, Outcome.CLOSING, 0, 0, false);
      }
    }
  }

  /** Answers that it is not applied, and closes the connection: what follows in it is not read. */
  private void refuseLate(final Request request, final Socket socket) {
    traces.add(Trace.UNREAD_REQUESTS_REFUSED);
    answers.onAnswer(request, Outcome.BUSY, 0, 0, false);
    socket.unread.forEach(answers::onLost);
    socket.unread.clear();
    socket.backlog = null;
  }

  private void submit(
      final int loop, final Socket socket, final Request request, final long nowNs) {
    final int cookie = slots.size();
    slots.add(new Slot(request, socket, loop, nowNs));
    pendingCount++;
    socket.inFlight++;
    proxies[loop].submit(nowNs, request, onReply, cookie);
  }

  /** The end of a loop's turn: all its sockets were polled before nowNs was read. */
  void tick(final int loop, final long nowNs) {
    standstills[loop].onTick(nowNs);
    standstills[loop].requestTimeoutNs(process.node().unreadTimeoutNs());
  }

  long nextTickNs(final int loop) {
    return standstills[loop].nextTickNs();
  }

  private void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final Slot slot = slots.set((int) cookie, null);
    if (slot == null) {
      violations.add("answer: a request was answered twice");
      return;
    }
    pendingCount--;
    checkTime(slot, outcome);
    process.execution().touch();
    long value = 0;
    if (outcome == Outcome.ANSWERED) {
      final EntityProxy proxy = proxies[slot.loop];
      final Attempt attempt = slot.request.attempt;
      final boolean isAnswer =
          attempt == null
              ? proxy.isAnswer(slot.request, buffer, offset, length)
              : attempt.onReply(serviceCode, buffer, offset, length);
      if (!isAnswer) {
        violations.add("answer: not what its service says to " + slot.request.entity.name());
      }
      value = attempt == null ? proxy.value(slot.request, buffer, offset, length) : 0;
    }
    answers.onAnswer(slot.request, outcome, value, shardIncarnation, replayed);
    resume(slot);
  }

  /** A request must end in time, unless its process was paused. */
  private void checkTime(final Slot slot, final Outcome outcome) {
    final long tookNs = process.execution().clock().nanoTime() - slot.readNs;
    final long limitNs =
        outcome == Outcome.BUSY ? Settings.QUEUE_LIMIT_NS : process.node().requestTimeoutNs();
    if (!process.execution().wasHeldUp() && tookNs > limitNs + TOLERANCE_NS) {
      violations.add("time: a request ended as " + outcome + " after " + tookNs + " ns");
    }
  }

  private void resume(final Slot slot) {
    final Socket socket = slot.socket;
    socket.inFlight--;
    if (socket.paused && socket.inFlight < MAX_IN_FLIGHT) {
      socket.paused = false;
      socket.backlog.onResume(process.execution().nanoTime());
      process.node().wakeLoop(slot.loop);
    }
  }

  /** All connections are reset: nobody answers what is under way, and what was not read. */
  void close() {
    open = false;
    for (final Socket[] ofLoop : sockets) {
      for (final Socket socket : ofLoop) {
        socket.unread.forEach(answers::onLost);
        socket.unread.clear();
      }
    }
    for (final Slot slot : slots) {
      if (slot != null) {
        answers.onLost(slot.request);
      }
    }
    slots.clear();
    pendingCount = 0;
  }
}
