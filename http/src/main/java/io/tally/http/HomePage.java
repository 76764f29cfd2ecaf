package io.tally.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Answers {@code GET /}: the help text, or a document to a client that prefers HTML. */
final class HomePage implements Endpoint.Call {
  private static final String TEXT = "{\"type\":\"string\"}";
  private static final String VARY = "Vary: Accept\r\n";
  private static final Map<String, Set<String>> UTF_8 = Map.of("charset", Set.of("utf-8"));

  /** The help text comes first, for clients without a preference. */
  private static final List<AcceptField.Offer> OFFERS =
      List.of(
          new AcceptField.Offer("text/plain", UTF_8), new AcceptField.Offer("text/html", UTF_8));

  private static final int HTML = 1;

  private final Page help;
  private final Page document;

  /** The document is null if there is none. */
  HomePage(final Page help, final HtmlDocument document) {
    this.help = document == null ? help : help.with(VARY);
    this.document = document == null ? null : document.page().with(VARY);
  }

  /** The row that shows it. */
  Endpoint row() {
    final Documentation documentation =
        Documentation.of("getHelp", "Help, for users of a command line.")
            .answer(200, "text/plain", TEXT, "Help.");
    if (document != null) {
      documentation.answer(200, "text/html", TEXT, "A page for browsers.");
    }
    return Endpoint.get("/", "").open().calls(this).documented(documentation);
  }

  @Override
  public void onRequest(final Request request, final HttpExchange exchange) {
    exchange.answer(document != null && prefersHtml(request) ? document : help);
  }

  private static boolean prefersHtml(final Request request) {
    return AcceptField.parse(request.headers.getAll(HttpHeaderNames.ACCEPT)).choose(OFFERS) == HTML;
  }
}
