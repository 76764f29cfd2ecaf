package io.tally.system;

import io.tally.check.Holdings;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Clients that compete for a few leases, each at any node, and note what they hold and when. Each
 * request has a key, with which it is sent again if nobody knows what became of it: at once, and if
 * that does not tell, in the end. Some that were granted are sent again, too.
 */
public final class LeaseHolders implements AutoCloseable {
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"(([0-9a-f]+)-([0-9a-f]+))\"");

  private static final String UNKNOWN = "/problems/leases-unknown";

  /** They are held for so long that most are held when a node stops, and after it. */
  private static final List<String> LONG_LEASES =
      IntStream.range(0, 24).mapToObj(i -> "long-" + i).toList();

  /** Nothing is granted before the longest lease of an earlier life has ended. */
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(90);

  /** So many that each shard has one of them. */
  private static final List<String> EVERYWHERE =
      IntStream.range(0, 100).mapToObj(i -> "everywhere-" + i).toList();

  private final Holdings holdings = new Holdings(true);
  private final AtomicInteger renewed = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger refusedLong = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final List<String> unexpected = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final SettledCalls calls;
  private final List<String> leases;
  private volatile boolean ending;

  /**
   * Starts clients.
   *
   * @param clients how many.
   * @param leases what they compete for, beside a few that are held for long.
   * @param anyPort of a node that runs.
   */
  public LeaseHolders(final int clients, final List<String> leases, final IntSupplier anyPort) {
    this.leases = leases;
    calls = new SettledCalls(anyPort, UNKNOWN);
    for (int i = 0; i < clients; i++) {
      final Thread thread = new Thread(this::compete, "lease-holder-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  /**
   * Waits until all shards grant leases.
   *
   * @param anyPort of a node that runs.
   */
  public static void awaitOpen(final IntSupplier anyPort) {
    for (final String lease : EVERYWHERE) {
      Await.until(
          "all shards grant leases",
          OPEN_LIMIT,
          () -> List.of(200, 409).contains(acquire(anyPort, lease).statusCode()),
          () -> acquire(anyPort, lease).body());
    }
  }

  /** Those that no shard knows just now. */
  static List<String> unknown(final IntSupplier anyPort) {
    return EVERYWHERE.stream()
        .filter(lease -> acquire(anyPort, lease).body().contains(UNKNOWN))
        .toList();
  }

  private static HttpResponse<String> acquire(final IntSupplier anyPort, final String lease) {
    return Http.post(anyPort.getAsInt(), "/lease/" + lease + "/acquire", "{\"ttl_ms\":200}");
  }

  /** Grants that were answered. */
  public int granted() {
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

  /** How much there was of what has to be there. */
  public String picture() {
    return granted()
        + " granted, "
        + renewed
        + " renewed, "
        + refused
        + " found held, "
        + refusedLong
        + " of them for long, "
        + calls.settled()
        + " settled by a retry, "
        + repeated
        + " grants repeated";
  }

  /** What went wrong; to be asked after the end. */
  public List<String> violations() {
    final List<String> all = new ArrayList<>(holdings.violations());
    synchronized (unexpected) {
      all.addAll(unexpected);
    }
    if (List.of(granted(), renewed(), refused(), refusedLong(), repeated.get()).contains(0)) {
      all.add("not all of it happened: " + picture());
    }
    return all;
  }

  /** Those that are held for long. */
  public static List<String> longLeases() {
    return LONG_LEASES;
  }

  /** The token that an answer shows, or nothing. */
  public static String token(final HttpResponse<String> answer) {
    final Matcher token = TOKEN.matcher(answer.body());
    return token.find() ? token.group(1) : "";
  }

  private void compete() {
    while (!ending) {
      final ThreadLocalRandom random = ThreadLocalRandom.current();
      try {
        if (random.nextInt(8) == 0) {
          hold(any(LONG_LEASES), 10_000 + random.nextInt(20_000), true);
        } else {
          hold(any(leases), 5 + random.nextInt(200), false);
        }
      } catch (final RuntimeException fault) {
        synchronized (unexpected) {
          unexpected.add(fault.toString());
        }
      }
    }
  }

  private static String any(final List<String> leases) {
    return leases.get(ThreadLocalRandom.current().nextInt(leases.size()));
  }

  private void hold(final String lease, final int ttlMs, final boolean isLong) {
    final ThreadLocalRandom random = ThreadLocalRandom.current();
    final String body = "{\"ttl_ms\":" + ttlMs + "}";
    final long askedNs = System.nanoTime();
    final String key = calls.nextKey();
    final HttpResponse<String> answer = calls.post("/lease/" + lease + "/acquire", body, key);
    if (answer == null) {
      return;
    }
    final long toldNs = System.nanoTime();
    final Matcher token = TOKEN.matcher(answer.body());
    if (answer.statusCode() != 200) {
      note(answer, 409, 503);
      final int held = answer.statusCode() == 409 ? 1 : 0;
      refused.addAndGet(held);
      refusedLong.addAndGet(isLong ? held : 0);
      return;
    }
    if (!token.find()) {
      note(answer);
      return;
    }
    final long incarnation = Long.parseUnsignedLong(token.group(2), 16);
    final long number = Long.parseUnsignedLong(token.group(3), 16);
    final long ttlNs = TimeUnit.MILLISECONDS.toNanos(ttlMs);
    holdings.granted(lease, incarnation, number, toldNs, askedNs + ttlNs);
    if (random.nextInt(4) == 0) {
      repeat(lease, body, key, token.group(1), incarnation);
    }
    final String tag = "\"" + token.group(1) + "\"";
    if (random.nextBoolean()) {
      final long againNs = System.nanoTime();
      final HttpResponse<String> more =
          calls.post("/lease/" + lease + "/renew", body, calls.nextKey(), "If-Match", tag);
      if (more != null) {
        note(more, 200, 412, 503);
      }
      if (more != null && more.statusCode() == 200) {
        holdings.renewed(lease, incarnation, number, againNs + ttlNs);
        renewed.incrementAndGet();
      }
    }
    // One that is held for long stays so over what happens to nodes.
    if (!isLong && random.nextBoolean()) {
      holdings.released(lease, incarnation, number, System.nanoTime());
      final HttpResponse<String> last =
          calls.post("/lease/" + lease + "/release", "", calls.nextKey(), "If-Match", tag);
      if (last != null) {
        note(last, 200, 412, 503);
      }
    }
  }

  /** As long as the shard lives, a grant that is asked for again is the same one. */
  private void repeat(
      final String lease,
      final String body,
      final String key,
      final String token,
      final long incarnation) {
    final HttpResponse<String> again = calls.post("/lease/" + lease + "/acquire", body, key);
    if (again == null || again.statusCode() == 503) {
      return;
    }
    final String lives = again.headers().firstValue("Tally-Incarnation").orElse("");
    if (again.statusCode() == 200 && token(again).equals(token)) {
      repeated.incrementAndGet();
    } else if (lives.equals(Long.toString(incarnation))) {
      note(again);
    } else {
      note(again, 200, 409);
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

  /** Ends all clients, when each has its last answer; all nodes have to run. */
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
    calls.settleAll().forEach(answer -> note(answer, 200, 409, 412, 503));
  }
}
