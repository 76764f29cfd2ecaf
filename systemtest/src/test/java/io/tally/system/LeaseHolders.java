package io.tally.system;

import io.tally.check.Holdings;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that compete for a few leases, each at any node, and note what they hold and when. */
final class LeaseHolders implements AutoCloseable {
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"(([0-9a-f]+)-([0-9a-f]+))\"");

  /** Of leases that are held for so long that most are held when a node stops, and after it. */
  private static final int LONG_LEASES = 24;

  private final Holdings holdings = new Holdings(true);
  private final AtomicInteger renewed = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger refusedLong = new AtomicInteger();
  private final List<String> unexpected = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final IntSupplier anyPort;
  private final List<String> leases;
  private volatile boolean ending;

  LeaseHolders(final int clients, final List<String> leases, final IntSupplier anyPort) {
    this.leases = leases;
    this.anyPort = anyPort;
    for (int i = 0; i < clients; i++) {
      final Thread thread = new Thread(this::compete, "lease-holder-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  /** Grants that were answered. */
  int granted() {
    return holdings.count();
  }

  int renewed() {
    return renewed.get();
  }

  /** How often somebody else was found to hold a lease. */
  int refused() {
    return refused.get();
  }

  /** The same of leases that last over a restart. */
  int refusedLong() {
    return refusedLong.get();
  }

  String picture() {
    return granted()
        + " granted, "
        + renewed
        + " renewed, "
        + refused
        + " found held, "
        + refusedLong
        + " of them for long";
  }

  /** What went wrong; to be asked after the end. */
  List<String> violations() {
    final List<String> all = new ArrayList<>(holdings.violations());
    synchronized (unexpected) {
      all.addAll(unexpected);
    }
    return all;
  }

  static String token(final HttpResponse<String> answer) {
    final Matcher token = TOKEN.matcher(answer.body());
    return token.find() ? token.group(1) : "";
  }

  private void compete() {
    while (!ending) {
      final ThreadLocalRandom random = ThreadLocalRandom.current();
      try {
        if (random.nextInt(8) == 0) {
          hold("long-" + random.nextInt(LONG_LEASES), 10_000 + random.nextInt(20_000), true);
        } else {
          hold(leases.get(random.nextInt(leases.size())), 5 + random.nextInt(200), false);
        }
      } catch (final AssertionError nobodyThere) {
        // Its node is away: what it was granted then, nobody counts on.
        Thread.onSpinWait();
      } catch (final RuntimeException fault) {
        synchronized (unexpected) {
          unexpected.add(fault.toString());
        }
      }
    }
  }

  private void hold(final String lease, final int ttlMs, final boolean isLong) {
    final ThreadLocalRandom random = ThreadLocalRandom.current();
    final String body = "{\"ttl_ms\":" + ttlMs + "}";
    final long askedNs = System.nanoTime();
    final HttpResponse<String> answer =
        Http.post(anyPort.getAsInt(), "/lease/" + lease + "/acquire", body);
    final long toldNs = System.nanoTime();
    final Matcher token = TOKEN.matcher(answer.body());
    if (answer.statusCode() != 200) {
      note(answer, 409, 503, 504);
      final int held = answer.statusCode() == 409 ? 1 : 0;
      refused.addAndGet(held);
      refusedLong.addAndGet(isLong ? held : 0);
      return;
    }
    if (!token.find()) {
      note(answer);
      return;
    }
    final Holdings.Holding holding =
        holdings.granted(
            lease,
            Long.parseUnsignedLong(token.group(2), 16),
            Long.parseUnsignedLong(token.group(3), 16),
            toldNs,
            askedNs + TimeUnit.MILLISECONDS.toNanos(ttlMs));
    final String tag = "\"" + token.group(1) + "\"";
    if (random.nextBoolean()) {
      final long againNs = System.nanoTime();
      final HttpResponse<String> more =
          Http.post(anyPort.getAsInt(), "/lease/" + lease + "/renew", body, "If-Match", tag);
      note(more, 200, 412, 503, 504);
      if (more.statusCode() == 200) {
        holdings.endsAt(
            holding,
            Math.max(holdings.endOf(holding), againNs + TimeUnit.MILLISECONDS.toNanos(ttlMs)));
        renewed.incrementAndGet();
      }
    }
    // One that is held for long stays so over what happens to nodes.
    if (!isLong && random.nextBoolean()) {
      holdings.endsAt(holding, Math.min(System.nanoTime(), holdings.endOf(holding)));
      note(
          Http.post(anyPort.getAsInt(), "/lease/" + lease + "/release", "", "If-Match", tag),
          200,
          412,
          503,
          504);
    }
  }

  private void note(final HttpResponse<String> answer, final int... expected) {
    for (final int status : expected) {
      if (answer.statusCode() == status) {
        return;
      }
    }
    synchronized (unexpected) {
      unexpected.add(answer.statusCode() + " " + answer.body());
    }
  }

  /** Ends all clients, when each has its last answer. */
  @Override
  public void close() {
    ending = true;
    for (final Thread thread : threads) {
      try {
        thread.join();
      } catch (final InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
