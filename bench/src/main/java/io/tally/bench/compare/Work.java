package io.tally.bench.compare;

import java.io.IOException;

/** What is asked of the contestants. */
enum Work {
  MANY_256("many-256", "10,000 counters, 256 connections", Ids.MANY, 256, 1),
  MANY_64("many-64", "10,000 counters, 64 connections", Ids.MANY, 64, 1),
  MANY_8("many-8", "10,000 counters, 8 connections", Ids.MANY, 8, 1),
  HOT_256("hot-256", "one counter, 256 connections", Ids.HOT, 256, 1),
  HOT_64("hot-64", "one counter, 64 connections", Ids.HOT, 64, 1),
  PIPELINED("pipelined", "10,000 counters, 64 connections, 16 at once", Ids.MANY, 64, 16),
  HEY("hey", "hey, one counter, 200 connections", Ids.HOT, 200, 1);

  final String key;
  final String title;
  final Ids ids;
  final int connections;
  final int depth;

  Work(
      final String key, final String title, final Ids ids, final int connections, final int depth) {
    this.key = key;
    this.title = title;
    this.ids = ids;
    this.connections = connections;
    this.depth = depth;
  }

  /** Whether a contestant can do it. */
  boolean suits(final Contestant contestant) {
    return switch (contestant) {
      case WEBDIS -> depth == 1;
      case THREE -> this != HEY;
      case REDIS -> this == MANY_256 || this == MANY_64 || this == PIPELINED;
      default -> true;
    };
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
