package io.tally.bench.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where a run takes place: jars, programs that are installed, a directory for its files. */
final class Site {
  private static final Set<Integer> GIVEN_PORTS = new HashSet<>();

  final Path root;
  final Path workDir;
  final int loops;
  final List<String> javaOptions;
  private final Path jar;

  Site(final Path root, final int loops, final List<String> javaOptions) throws IOException {
    this(root, loops, javaOptions, builtJar(root));
  }

  /** Where another jar than the one just built is run. */
  Site(final Path root, final int loops, final List<String> javaOptions, final Path jar)
      throws IOException {
    this.root = root.toAbsolutePath();
    this.loops = loops;
    this.javaOptions = javaOptions;
    this.jar = jar;
    workDir = Files.createTempDirectory("tally-bench");
  }

  static Path builtJar(final Path root) {
    return root.toAbsolutePath().resolve("launcher/target/tally.jar");
  }

  /** Path of an installed program, or null. Debian puts servers where only root looks. */
  static String program(final String name) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse(null);
  }

  /** Never the same port twice: whoever was given it before may not have bound it yet. */
  static int freePort() throws IOException {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN_PORTS.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      }
    }
  }

  List<String> java(final String... arguments) {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(List.of(arguments));
    return command;
  }

  List<String> tally(final int port, final String... arguments) throws IOException {
    final List<String> command = new ArrayList<>(java("-jar", jar.toString()));
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("--http-port=" + port, "--metrics-port=" + freePort(), "--loops=" + loops));
    return command;
  }

  /** Deletes the directory; only files of this run are in it. */
  void clean() throws IOException {
    final List<Path> files;
    try (Stream<Path> walk = Files.walk(workDir)) {
      files = walk.sorted((a, b) -> b.compareTo(a)).toList();
    }
    for (final Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
