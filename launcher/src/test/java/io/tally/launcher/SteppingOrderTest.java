package io.tally.launcher;

import static io.tally.edge.internal.StepOrder.APPLY;
import static io.tally.edge.internal.StepOrder.RECEIVE;
import static io.tally.edge.internal.StepOrder.RESPOND;
import static io.tally.edge.internal.StepOrder.SEND;
import static io.tally.edge.internal.StepOrder.SUBMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.edge.internal.Await;
import io.tally.edge.internal.StepOrder;
import io.tally.engine.ClusterSettings;
import io.tally.engine.internal.EngineCounter;
import io.tally.engine.internal.ReadAhead;
import io.tally.http.RawClient;
import io.tally.http.RawClient.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link StepOrder} promises, with the agents of real nodes: each promise holds in the
 * declared order, and no longer when the phases that it names have changed places.
 */
@Timeout(60)
class SteppingOrderTest {
  private static final List<StepOrder> DECLARED = List.of(StepOrder.values());
  private static final List<StepOrder> SUBMITTING_FIRST =
      List.of(SUBMIT, RECEIVE, APPLY, SEND, RESPOND);
  private static final List<StepOrder> APPLYING_BEFORE_SUBMITTING =
      List.of(RECEIVE, APPLY, SUBMIT, SEND, RESPOND);
  private static final List<StepOrder> SENDING_BEFORE_APPLYING =
      List.of(RECEIVE, SUBMIT, SEND, APPLY, RESPOND);
  private static final List<StepOrder> SENDING_LAST =
      List.of(RECEIVE, SUBMIT, APPLY, RESPOND, SEND);
  private static final List<StepOrder> RESPONDING_BEFORE_APPLYING =
      List.of(RECEIVE, SUBMIT, RESPOND, APPLY, SEND);

  private static final int OWN = 0;
  private static final int PEER = 1;

  private static NodeConfig two() {
    final List<String> ids = List.of("a", "b");
    return TestNodes.alone().withCluster(ClusterSettings.of(ids), ids, CarrierSettings.IN_PROCESS);
  }

  private static StepOrder last(final List<StepOrder> order) {
    return order.get(order.size() - 1);
  }

  /**
   * Steps of the loop from the read of a request to the step that sends its response, inclusive.
   */
  private static int steps(final OrderedProcess process, final StepOrder last, final String path)
      throws Exception {
    final AtomicInteger unanswered = new AtomicInteger();
    final long[] idleBytes = {Long.MAX_VALUE};
    process.addAgent(
        last,
        () -> {
          if (process.clientBytes() > idleBytes[0]) {
            unanswered.incrementAndGet();
          }
        });
    try (RawClient client = process.connect()) {
      client.exchange(RawClient.post(path + "/increment", ""));
      process.onLoop(() -> idleBytes[0] = process.clientBytes());
      client.exchange(RawClient.post(path + "/increment", ""));
      process.onLoop(() -> idleBytes[0] = Long.MAX_VALUE);
    }
    return unanswered.get() + 1;
  }

  private static int steps(final List<StepOrder> order, final int owner) throws Exception {
    try (OrderedProcess process = new OrderedProcess(two(), order)) {
      return steps(process, last(order), process.counterOf(owner));
    }
  }

  @Test
  void shouldAnswerWhatAClientSentInTheStepThatFollows() throws Exception {
    assertEquals(1, steps(DECLARED, OWN));
    assertEquals(2, steps(RESPONDING_BEFORE_APPLYING, OWN));
  }

  private static int stepsThroughTheRing(final List<StepOrder> order) throws Exception {
    final ReadAhead readAhead = new ReadAhead();
    try (OrderedProcess process = new OrderedProcess(two(), order, readAhead)) {
      process.onLoop(() -> readAhead.begin(process.nodes.get(PEER).engine()));
      return steps(process, last(order), process.counterOf(PEER));
    }
  }

  /** One step sends the command, one applies it and replies, one takes the reply and responds. */
  @Test
  void shouldReplyToAPeerInTheStepThatReceivedItsCommand() throws Exception {
    assertEquals(3, steps(DECLARED, PEER));
    assertEquals(3, stepsThroughTheRing(DECLARED));
    assertEquals(4, stepsThroughTheRing(SENDING_BEFORE_APPLYING));
  }

  private static int stepsToGiveUp(final List<StepOrder> order) throws Exception {
    try (OrderedProcess process = new OrderedProcess(two(), order)) {
      process.abandon();
      return steps(process, last(order), process.counterOf(PEER));
    }
  }

  @Test
  void shouldAnswerWhatAStopGivesUpInTheSameStep() throws Exception {
    assertEquals(1, stepsToGiveUp(DECLARED));
    assertEquals(2, stepsToGiveUp(SENDING_LAST));
  }

  /** Steps at whose end a watch was registered with a shard of this loop that had not told it. */
  private static int stepsUntold(final List<StepOrder> order) throws Exception {
    final AtomicInteger untold = new AtomicInteger();
    try (OrderedProcess process = new OrderedProcess(TestNodes.alone(), order)) {
      process.addAgent(
          last(order),
          () -> {
            if (process.frontEnd.watcher().shownSubscriptionCount() > 0
                && process.count(EngineCounter.WATCH_EVENTS_SENT) == 0) {
              untold.incrementAndGet();
            }
          });
      try (RawClient client = process.connect()) {
        client.send(
            RawClient.request("GET", process.counterOf(OWN), "Accept: text/event-stream\r\n", ""));
        Await.until("told", () -> process.count(EngineCounter.WATCH_EVENTS_SENT) > 0);
      }
    }
    return untold.get();
  }

  @Test
  void shouldApplyWhatItSubmitsInTheSameStep() throws Exception {
    assertEquals(0, stepsUntold(DECLARED));
    assertEquals(1, stepsUntold(APPLYING_BEFORE_SUBMITTING));
  }

  /** Has the loop stand still when a reply is there, until the deadline of its request is over. */
  private static int statusAfterAStandstill(final List<StepOrder> order) throws Exception {
    final NodeConfig config = two();
    try (OrderedProcess process = new OrderedProcess(config, order);
        RawClient client = process.connect()) {
      final AtomicReference<Runnable> next = new AtomicReference<>();
      next.set(
          () -> {
            if (process.nodes.get(PEER).engine().entityCount() > 0) {
              process.skip(config.engine().requestTimeoutNs());
              next.set(() -> {});
            }
          });
      // The senders were added before, so the reply of a counter that is there now has left.
      process.addAgent(SEND, () -> next.get().run());
      final Response response =
          client.exchange(RawClient.post(process.counterOf(PEER) + "/increment", ""));
      return response.status();
    }
  }

  @Test
  void shouldTakeAReplyThatIsThereBeforeItLooksAtTheDeadline() throws Exception {
    assertEquals(200, statusAfterAStandstill(DECLARED));
    assertEquals(504, statusAfterAStandstill(SUBMITTING_FIRST));
  }

  /**
   * Most requests that waited for the shards at once, of two clients whose requests are read in one
   * turn: so long a turn that the second one finds no room before the first one is applied.
   */
  private static int mostUnapplied(final List<StepOrder> order, final int turns) throws Exception {
    final AtomicInteger most = new AtomicInteger();
    final AtomicReference<OrderedProcess> running = new AtomicReference<>();
    try (OrderedProcess process =
            new OrderedProcess(
                TestNodes.alone(),
                order,
                OrderedProcess.agent(
                    () -> {
                      if (running.get() != null) {
                        most.accumulateAndGet(running.get().frontEnd.pendingCount(), Math::max);
                      }
                    }));
        RawClient first = process.connect();
        RawClient second = process.connect()) {
      running.set(process);
      final String request = RawClient.post(process.counterOf(OWN) + "/increment", "");
      for (int turn = 0; turn < turns && most.get() < 2; turn++) {
        process.whileNothingIsRead(
            () -> {
              process.skipAtEachReading(TimeUnit.MILLISECONDS.toNanos(60));
              first.send(request);
              second.send(request);
            });
        assertEquals(200, first.read().status());
        assertEquals(200, second.read().status());
        process.skipAtEachReading(0);
      }
    }
    return most.get();
  }

  @Test
  void shouldReadOnWhenAllThatWasReadIsApplied() throws Exception {
    assertEquals(1, mostUnapplied(DECLARED, 20));
    assertEquals(2, mostUnapplied(RESPONDING_BEFORE_APPLYING, 1_000));
  }
}
