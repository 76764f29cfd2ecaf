package io.tally.bench.compare;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** What is asked of the contestants. */
enum Work {
  MANY_256("many-256", "10,000 counters, 256 connections", Ids.MANY, 256, 1),
  MANY_64("many-64", "10,000 counters, 64 connections", Ids.MANY, 64, 1),
  MANY_8("many-8", "10,000 counters, 8 connections", Ids.MANY, 8, 1),
  HOT_256("hot-256", "one counter, 256 connections", Ids.HOT, 256, 1),
  HOT_64("hot-64", "one counter, 64 connections", Ids.HOT, 64, 1),
  PIPELINED("pipelined", "10,000 counters, 64 connections, 16 at once", Ids.MANY, 64, 16),
  HEY("hey", "hey, one counter, 200 connections", Ids.HOT, 200, 1),
  BATCH("batch", "10,000 counters, 32 connections, 100 at once", Ids.MANY, 32, 100),
  BATCH_128("batch-128", "10,000 counters, 128 connections, 100 at once", Ids.MANY, 128, 100),
  AMOUNT("amount", "the same with an amount", Ids.MANY, "/increment", "{\"amount\":1}"),
  WINDOW(
      "window",
      "limit in a window",
      new Ids("window--", 10_000),
      "/limit",
      "{\"limit\":1000000000,\"window_ms\":86400000}"),
  BURST(
      "burst",
      "limit with a burst",
      new Ids("burst---", 10_000),
      "/limit",
      // Nothing is given back meanwhile, so that what is used is what was admitted.
      "{\"limit\":1,\"window_ms\":86400000,\"burst\":100000}");

  /** Those of the throughput; the others belong to a {@link Contest}. */
  static final Set<Work> PLAIN = EnumSet.range(MANY_256, HEY);

  final String key;
  final String title;
  final Ids ids;
  final int connections;

  /** Increments under way on one connection. */
  final int depth;

  /** What follows the id in a path; null for what the server's protocol says. */
  final String verb;

  /** Of each request; null for none. */
  final String body;

  Work(
      final String key, final String title, final Ids ids, final int connections, final int depth) {
    this.key = key;
    this.title = title;
    this.ids = ids;
    this.connections = connections;
    this.depth = depth;
    verb = null;
    body = null;
  }

  Work(final String key, final String title, final Ids ids, final String verb, final String body) {
    this.key = key;
    this.title = title;
    this.ids = ids;
    this.verb = verb;
    this.body = body;
    connections = 64;
    depth = 1;
  }

  /** Whether a contestant can do it, for {@link #PLAIN}. */
  boolean suits(final Contestant contestant) {
    return switch (contestant) {
      case WEBDIS -> depth == 1;
      case THREE -> this != HEY;
      case REDIS -> this == MANY_256 || this == MANY_64 || depth > 1;
      default -> true;
    };
  }

  /** Whether Tally is sent one request of many items, and not many requests. */
  boolean isBatch() {
    return this == BATCH || this == BATCH_128;
  }

  /** The counters that it increments. */
  Ids ids(final Server server) {
    return server.protocol == Server.Protocol.REDIS ? RedisBenchmark.IDS : ids;
  }

  Answers run(final Site site, final Server server, final int seconds)
      throws IOException, InterruptedException {
    if (server.protocol == Server.Protocol.REDIS) {
      return RedisBenchmark.run(server, this, seconds);
    }
    return this == HEY ? Hey.run(server, this, seconds) : Wrk.run(site, server, this, seconds);
  }
}
