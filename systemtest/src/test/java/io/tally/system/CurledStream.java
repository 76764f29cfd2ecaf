package io.tally.system;

import io.tally.counter.http.ContractStream;
import io.tally.http.RawClient.Response;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A stream that curl receives, line by line. */
final class CurledStream implements ContractStream {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Child curl;
  private final UnaryOperator<String> onLine;
  private final Response head;
  private int read;

  /**
   * Waits for the head of a response.
   *
   * @param curl that was started.
   * @param head reads the lines of a head.
   * @param onLine hears each line, and gives it with the ids of the document.
   */
  CurledStream(
      final Child curl,
      final Function<List<String>, Response> head,
      final UnaryOperator<String> onLine) {
    this.curl = curl;
    this.onLine = onLine;
    this.head = head.apply(block());
  }

  @Override
  public Response head() {
    return head;
  }

  @Override
  public List<String> next() {
    List<String> lines = List.of();
    while (lines.isEmpty()) {
      lines = block().stream().filter(line -> !line.startsWith(":")).map(onLine).toList();
    }
    return lines;
  }

  /** The lines up to the next empty one. */
  private List<String> block() {
    Await.until("lines", LIMIT, () -> unread().contains(""), curl::picture);
    final List<String> block = unread().subList(0, unread().indexOf(""));
    read += block.size() + 1;
    return block;
  }

  private List<String> unread() {
    final List<String> lines = curl.output();
    return lines.subList(read, lines.size());
  }

  @Override
  public void close() {
    curl.close();
  }
}
