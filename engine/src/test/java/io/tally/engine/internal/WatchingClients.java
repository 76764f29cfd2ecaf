package io.tally.engine.internal;

import io.tally.engine.Subscription;
import io.tally.engine.WatchHandler;
import io.tally.engine.WatchLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Those who watch items on the nodes of a simulated cluster, with what they were told: never an
 * older value after a newer one, and in the end the owner's own.
 */
final class WatchingClients {
  private static final int MAX_CLIENTS = 12;

  private final class Client implements WatchHandler {
    private final SimulatedNode node;
    private final long itemId;
    private Subscription subscription;
    private boolean told;
    private long incarnation;
    private long changeCount;
    private long version;
    private long left;
    private WatchLoss loss;

    Client(final SimulatedNode node, final long itemId) {
      this.node = node;
      this.itemId = itemId;
    }

    @Override
    public void onValue(
        final long shardIncarnation,
        final long newVersion,
        final int serviceCode,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
      final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
      if (reply == null) {
        violations.add("watch answer: a watcher was told what is no answer");
        return;
      }
      if (reply.itemId() != itemId) {
        violations.add("watch answer: a watcher of an item was told of another");
      } else if (shardIncarnation < incarnation
          || shardIncarnation == incarnation && reply.changeCount() < changeCount) {
        violations.add("watch order: an older value after a newer one");
      }
      valueCount++;
      incarnation = shardIncarnation;
      changeCount = reply.changeCount();
      version = newVersion;
      left = reply.left();
      told = true;
      loss = null;
      if (closesAtTimes && subscription != null && random.nextInt(20) == 0) {
        close(this);
      }
    }

    @Override
    public void onLost(final WatchLoss reason) {
      if (reason == loss) {
        violations.add("watch answer: told twice of the same loss");
      }
      lossCount++;
      told = false;
      loss = reason;
    }
  }

  private final SplittableRandom random;
  private final double rate;
  private final List<String> violations;
  private final List<Client> clients = new ArrayList<>();
  private boolean closesAtTimes = true;
  private int valueCount;
  private int lossCount;

  /** With a rate of 0 nobody watches. */
  WatchingClients(final SplittableRandom random, final double rate, final List<String> violations) {
    this.random = random;
    this.rate = rate;
    this.violations = violations;
  }

  boolean isOff() {
    return rate == 0;
  }

  int valueCount() {
    return valueCount;
  }

  int lossCount() {
    return lossCount;
  }

  /** Some begin to watch, and some end. */
  void act(final SimulatedNode node, final int itemCount) {
    if (random.nextDouble() < rate) {
      if (clients.size() < MAX_CLIENTS) {
        begin(node, random.nextInt(itemCount));
      } else {
        closeSome(node);
      }
    }
  }

  private void begin(final SimulatedNode node, final long itemId) {
    final Client client = new Client(node, itemId);
    final UnsafeBuffer payload = StockClient.count(itemId);
    client.subscription =
        node.node
            .engine
            .watcher()
            .subscribe(
                node.node.clock.nanoTime(),
                StockClient.placementHash(itemId),
                StockClient.entityHash(itemId),
                payload,
                0,
                payload.capacity(),
                client);
    if (client.subscription != null) {
      clients.add(client);
      node.onRequest(SimulatedNode.HOME_LOOP);
    }
  }

  private void closeSome(final SimulatedNode node) {
    for (int i = clients.size() - 1; i >= 0; i--) {
      final Client client = clients.get(i);
      if (client.node == node && random.nextBoolean()) {
        close(client);
      }
    }
  }

  private void close(final Client client) {
    client.subscription.close();
    clients.remove(client);
  }

  void onKilled(final SimulatedNode node) {
    clients.removeIf(client -> client.node == node);
  }

  /** The network is whole, and every watch has been renewed since. */
  void checkTold(final SimulatedNode[] nodes, final boolean limited) {
    for (final Client client : clients) {
      final SimulatedNode owner = nodes[client.node.node.owner(client.itemId)];
      final boolean current =
          client.told
              && client.incarnation == owner.incarnation
              && client.version == owner.version(client.itemId)
              && client.left == owner.left(client.itemId);
      if (!current && !(limited && client.loss == WatchLoss.LIMIT)) {
        violations.add(
            "watch converged: after healing a watcher holds "
                + client.left
                + " and its owner "
                + owner.left(client.itemId));
      }
    }
  }

  void closeAll() {
    closesAtTimes = false;
    while (!clients.isEmpty()) {
      close(clients.get(0));
    }
  }

  /** Registrations that nobody has renewed for long. */
  void checkForgotten(final SimulatedNode[] nodes) {
    for (final SimulatedNode node : nodes) {
      if (node.node.engine.registrationCount() != 0
          || node.node.engine.watcher().watchCount() != 0) {
        violations.add("watch bounds: watches are left that nobody wants");
      }
    }
  }
}
