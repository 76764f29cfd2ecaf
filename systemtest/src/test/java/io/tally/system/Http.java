package io.tally.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Single calls to a server on this machine, each on a connection of its own. The client of JDK 17
 * may close a connection that it keeps while the next request is under way there (JDK-8357639).
 */
public final class Http {
  // The client reads this property once, when it is loaded. So no other class may make one.
  static {
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
  }

  static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private static final Pattern VALUE = Pattern.compile("\"value\":(-?[0-9]+)");

  private Http() {}

  /** GET, which has to be answered. */
  public static HttpResponse<String> get(final int port, final String path) {
    try {
      return tryGet(port, path);
    } catch (final IOException fault) {
      throw new AssertionError("GET " + path + ": " + fault, fault);
    }
  }

  /** GET, which may find nobody there. */
  public static HttpResponse<String> tryGet(final int port, final String path) throws IOException {
    return send(request(port, path).GET().build());
  }

  /** POST with a body and headers, given as names and values. */
  public static HttpResponse<String> post(
      final int port, final String path, final String body, final String... headers) {
    final HttpRequest.Builder request =
        request(port, path)
            .POST(body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return method(request);
  }

  /** Any other method, without a body. */
  public static HttpResponse<String> call(final int port, final String method, final String path) {
    return method(request(port, path).method(method, BodyPublishers.noBody()));
  }

  /** Adds 1 and returns the new value. */
  public static long increment(final int port, final String counterId) {
    return value(post(port, "/counter/" + counterId + "/increment", ""));
  }

  /** Reads a counter. */
  public static long read(final int port, final String counterId) {
    return value(get(port, "/counter/" + counterId));
  }

  /** Whether {@code /readyz} says yes. */
  public static boolean isReady(final int port) {
    try {
      return tryGet(port, "/readyz").statusCode() == 200;
    } catch (final IOException notYet) {
      return false;
    }
  }

  /** The value in an answer of status 200. */
  public static long value(final HttpResponse<String> response) {
    final Matcher matcher = VALUE.matcher(response.body());
    if (response.statusCode() != 200 || !matcher.find()) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return Long.parseLong(matcher.group(1));
  }

  /** The time that a response shows. */
  public static Instant date(final HttpResponse<String> response) {
    final String date = response.headers().firstValue("Date").orElseThrow();
    return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
  }

  private static HttpRequest.Builder request(final int port, final String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Connection", "close")
        .timeout(Duration.ofSeconds(30));
  }

  private static HttpResponse<String> method(final HttpRequest.Builder request) {
    final HttpRequest built = request.build();
    try {
      return send(built);
    } catch (final IOException fault) {
      throw new AssertionError(built + ": " + fault, fault);
    }
  }

  private static HttpResponse<String> send(final HttpRequest request) throws IOException {
    try {
      return CLIENT.send(request, BodyHandlers.ofString());
    } catch (final InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
