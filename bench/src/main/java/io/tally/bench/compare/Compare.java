package io.tally.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.agrona.CloseHelper;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/**
 * Compares Tally with the limit under it and with what else one could use, in one run on one
 * machine. Every run is checked: the counters must add up to the answers.
 */
@CommandLine.Command(
    name = "compare",
    description = "Compares Tally with bare Netty, nginx, webdis and Redis where installed.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 100)
public final class Compare implements Callable<Integer> {
  @Mixin private Options options;

  private Compare() {}

  /**
   * Runs the comparison and exits: 0 if everything was measured and correct.
   *
   * @param args of the command line; see {@code --help}.
   */
  public static void main(final String[] args) {
    System.exit(
        new CommandLine(new Compare()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    final Site site = new Site(options.root, options.loops, options.javaOptions);
    boolean complete = true;
    try {
      for (final Options.Part part : options.parts) {
        switch (part) {
          case THROUGHPUT -> throughput(site);
          case LATENCY -> complete &= latency(site);
          case PROBES -> new Report(options.out).section("probes", new Probes(site, options).run());
          case PIECES -> new Report(options.out).section("pieces", new Pieces(options).run());
          case OVERLOAD ->
              new Report(options.out).section("overload", new Overload(site, options).run());
          case SPEED ->
              new Report(options.out).section("speed", new TimeToSpeed(site, options).run());
          case RESTART ->
              new Report(options.out).section("restart", new RestartProbe(site, options).run());
          case SNAPSHOTS ->
              new Report(options.out).section("snapshots", new SnapshotPairs(site, options).run());
          case BATCH -> new Turns(site, options, Contest.BATCH).run();
          case LIMIT -> new Turns(site, options, Contest.LIMIT).run();
          case WATCHERS -> new Turns(site, options, Contest.WATCHERS).run();
          case PAIRS -> complete &= new Pairs(options).run();
          default -> throw new IllegalArgumentException(part.name());
        }
      }
    } finally {
      site.clean();
    }
    return complete ? 0 : 1;
  }

  private void throughput(final Site site) throws IOException, InterruptedException {
    final List<Contestant> contestants = new ArrayList<>();
    for (final Contestant contestant : Contestant.values()) {
      if (!options.includes(contestant)) {
        continue;
      }
      if (contestant.isInstalled()) {
        contestants.add(contestant);
      } else {
        System.out.println("left out, not installed: " + contestant.title);
      }
    }
    final List<Server> servers = new ArrayList<>();
    try {
      for (final Contestant contestant : contestants) {
        servers.add(contestant.start(site));
      }
      final Results results = new Throughput(site, options).run(servers);
      new ThroughputReport(results, options).write();
    } finally {
      CloseHelper.closeAll(servers);
    }
  }

  private boolean latency(final Site site) throws IOException, InterruptedException {
    final List<Server> servers = new ArrayList<>();
    try {
      for (final Contestant contestant :
          List.of(Contestant.BARE_NETTY, Contestant.ONE_NODE, Contestant.NATS)) {
        if (contestant.isInstalled() && options.includes(contestant)) {
          servers.add(contestant.start(site));
        }
      }
      return new Latency(site, options).run(servers);
    } finally {
      CloseHelper.closeAll(servers);
    }
  }
}
