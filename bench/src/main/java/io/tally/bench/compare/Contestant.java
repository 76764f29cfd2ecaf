package io.tally.bench.compare;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Who takes part. Each starts itself on free loopback ports. */
enum Contestant {
  BARE_NETTY("bare-netty", "bare Netty, fixed answer", "java") {
    @Override
    Server start(final Site site) throws IOException {
      final int port = Site.freePort();
      final ServerProcess process =
          ServerProcess.start(
              site,
              site.java(
                  "-cp",
                  site.root.resolve("bench/target/benchmarks.jar").toString(),
                  BareNetty.class.getName(),
                  Integer.toString(port),
                  Integer.toString(site.loops)));
      return await(new Server(this, Server.Protocol.TALLY, port, 0, process));
    }
  },
  NGINX("nginx", "nginx, static answer", "nginx") {
    @Override
    Server start(final Site site) throws IOException {
      final int port = Site.freePort();
      final Path config = site.workDir.resolve("nginx.conf");
      Files.writeString(
          config,
          """
          daemon off;
          worker_processes %d;
          pid %s/nginx.pid;
          error_log stderr;
          events { worker_connections 4096; }
          http {
            access_log off;
            keepalive_requests 1000000000;
            default_type application/json;
            client_body_temp_path %<s/nginx-body;
            proxy_temp_path %<s/nginx-proxy;
            fastcgi_temp_path %<s/nginx-fastcgi;
            uwsgi_temp_path %<s/nginx-uwsgi;
            scgi_temp_path %<s/nginx-scgi;
            server {
              listen 127.0.0.1:%d backlog=4096;
              location / { return 200 '{"counter_id":"counter-00000000","value":1000}\\n'; }
            }
          }
          """
              .formatted(site.loops, site.workDir, port));
      final ServerProcess process =
          ServerProcess.start(
              site,
              List.of(
                  Site.program("nginx"),
                  "-p",
                  site.workDir.toString(),
                  "-e",
                  "stderr",
                  "-c",
                  config.toString()));
      return await(new Server(this, Server.Protocol.TALLY, port, 0, process));
    }
  },
  ONE_NODE("one-node", "Tally, one node", "java") {
    @Override
    Server start(final Site site) throws IOException {
      return tally(site, "--node-count=1");
    }
  },
  IN_PROCESS("in-process", "Tally, 7 nodes in process", "java") {
    @Override
    Server start(final Site site) throws IOException {
      return tally(site, "--transport=inprocess");
    }
  },
  NATS("nats", "Tally, 7 nodes over NATS", "nats-server") {
    @Override
    Server start(final Site site) throws IOException {
      return tally(site, "--transport=nats", "--nats-server=" + Site.program("nats-server"));
    }
  },
  THREE("three", "Tally, 3 processes over NATS", "nats-server") {
    @Override
    Server start(final Site site) throws IOException {
      final String host = "127.0.0.1";
      final int natsPort = Site.freePort();
      final List<ServerProcess> processes = new ArrayList<>();
      processes.add(
          ServerProcess.start(
              site,
              List.of(Site.program("nats-server"), "-a", host, "-p", Integer.toString(natsPort))));
      awaitListening(natsPort);
      final List<Integer> ports = new ArrayList<>();
      for (final String id : List.of("a", "b", "c")) {
        ports.add(Site.freePort());
        processes.add(
            ServerProcess.start(
                site,
                site.tally(
                    ports.get(ports.size() - 1),
                    "node",
                    "--id=" + id,
                    "--nodes=a,b,c",
                    "--nats=nats://" + host + ":" + natsPort)));
      }
      return await(
          new Server(this, Server.Protocol.TALLY, ports, ports.get(0), List.copyOf(processes)));
    }
  },
  WEBDIS("webdis", "webdis and Redis", "webdis") {
    @Override
    Server start(final Site site) throws IOException {
      final int redisPort = Site.freePort();
      final ServerProcess redis = redis(site, redisPort);
      final int port = Site.freePort();
      final Path config = site.workDir.resolve("webdis.json");
      Files.writeString(
          config,
          """
          {"redis_host": "127.0.0.1", "redis_port": %d, "http_host": "127.0.0.1", "http_port": %d,
           "threads": %d, "pool_size": 20, "daemonize": false, "websockets": false, "database": 0,
           "verbosity": 0, "logfile": "%s/webdis.log"}
          """
              .formatted(redisPort, port, site.loops, site.workDir));
      final ServerProcess process =
          ServerProcess.start(site, List.of(Site.program("webdis"), config.toString()));
      return await(new Server(this, Server.Protocol.WEBDIS, port, redisPort, redis, process));
    }
  },
  REDIS("redis", "Redis, by redis-benchmark", "redis-server") {
    @Override
    Server start(final Site site) throws IOException {
      final int port = Site.freePort();
      return await(new Server(this, Server.Protocol.REDIS, port, port, redis(site, port)));
    }
  };

  private static final long START_NS = 120_000_000_000L;
  private static final long POLL_NS = 2_000_000;

  final String key;
  final String title;
  private final String program;

  Contestant(final String key, final String title, final String program) {
    this.key = key;
    this.title = title;
    this.program = program;
  }

  /** Starts the contestant, and returns when it answers. */
  abstract Server start(Site site) throws IOException;

  boolean isInstalled() {
    return Site.program(program) != null
        && (this != WEBDIS || Site.program("redis-server") != null)
        && (this != REDIS || Site.program("redis-benchmark") != null);
  }

  static boolean isTally(final Contestant contestant) {
    return contestant == ONE_NODE
        || contestant == IN_PROCESS
        || contestant == NATS
        || contestant == THREE;
  }

  Server tally(final Site site, final String... options) throws IOException {
    final int port = Site.freePort();
    final ServerProcess process = ServerProcess.start(site, site.tally(port, options));
    return await(new Server(this, Server.Protocol.TALLY, port, port, process));
  }

  private static void awaitListening(final int port) throws IOException {
    final long startNs = System.nanoTime();
    while (true) {
      try {
        Counters.connect(port).close();
        return;
      } catch (final ConnectException notYet) {
        if (System.nanoTime() - startNs > START_NS) {
          throw notYet;
        }
        LockSupport.parkNanos(POLL_NS);
      }
    }
  }

  private static ServerProcess redis(final Site site, final int port) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Site.program("redis-server"));
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", site.workDir.toString()));
    return ServerProcess.start(site, command);
  }

  private static Server await(final Server server) throws IOException {
    final long startNs = System.nanoTime();
    try {
      while (!Counters.isReady(server)) {
        server.checkAlive();
        final long elapsedNs = System.nanoTime() - startNs;
        if (elapsedNs > START_NS) {
          throw new IOException(server.contestant.title + " did not become ready");
        }
        // To ask is work for the server, which a long start must not be slowed by.
        LockSupport.parkNanos(Math.max(POLL_NS, elapsedNs / 100));
      }
    } catch (final IOException fault) {
      server.close();
      throw fault;
    }
    return server;
  }
}
