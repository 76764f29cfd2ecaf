package io.tally.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The endpoints of one port on one event loop: finds the row of a request, reads what the row
 * declares, and calls it. Not thread-safe.
 */
final class EndpointTable {
  private static final AsciiString IDEMPOTENCY_KEY = AsciiString.cached("idempotency-key");
  private static final String ID = "{id}";

  private final Map<String, Resource> fixed = new HashMap<>();
  private final List<PathTemplate> templates = new ArrayList<>();
  private final Resource server;
  private final BooleanSupplier serving;
  private final Request request = new Request();
  private final JsonObjectParser json = new JsonObjectParser();
  private final JsonItemsParser items = new JsonItemsParser();
  private final QueryReader queries = new QueryReader();

  /** Holds the path of the request: arrays of bytes are compared at once, strings one by one. */
  private final byte[] path = new byte[HeadRules.MAX_REQUEST_LINE_BYTES];

  /**
   * Creates a table.
   *
   * @param rows all endpoints.
   * @param serving whether endpoints that need the node are called.
   */
  EndpointTable(final List<Endpoint> rows, final BooleanSupplier serving) {
    this.serving = serving;
    server = Resource.server(rows.stream().map(row -> row.verb).collect(Collectors.toSet()));
    final Map<String, List<Endpoint>> byPath = new LinkedHashMap<>();
    for (final Endpoint row : rows) {
      byPath.computeIfAbsent(row.path, path -> new ArrayList<>()).add(row);
    }
    byPath.forEach(this::add);
    for (final String path : fixed.keySet()) {
      if (templates.stream().anyMatch(template -> template.matches(path))) {
        throw new IllegalArgumentException("a path with an id stands for this one, too: " + path);
      }
    }
  }

  private void add(final String path, final List<Endpoint> rows) {
    rows.forEach(Endpoint::check);
    final int id = path.indexOf(ID);
    if (rows.stream().anyMatch(row -> row.id == null != id < 0)) {
      throw new IllegalArgumentException(
          "an id is declared by .id(...) exactly where the path has {id}: " + path);
    }
    if (id < 0) {
      fixed.put(path, Resource.of(rows));
      return;
    }
    final PathTemplate template = template(PathTemplate.bytes(path.substring(0, id)));
    template.add(PathTemplate.bytes(path.substring(id + ID.length())), Resource.of(rows));
  }

  private PathTemplate template(final byte[] prefix) {
    for (final PathTemplate known : templates) {
      if (Arrays.equals(known.prefix, prefix)) {
        return known;
      }
    }
    final PathTemplate template = new PathTemplate(prefix);
    templates.add(template);
    return template;
  }

  /**
   * Answers a request, or has it answered by the service.
   *
   * @param verb its method.
   * @param target as it came, in any form.
   * @param headers of the request.
   * @param body holds the body, during the call only.
   * @param length of the body in bytes.
   */
  void dispatch(
      final Verb verb,
      final String target,
      final HttpHeaders headers,
      final byte[] body,
      final int length,
      final HttpExchange exchange) {
    final int start = pathStart(target);
    int end = target.length();
    request.query = "";
    Refusal fault = null;
    if (target.equals("*")) {
      exchange.resource = server;
    } else if (start >= 0) {
      final int mark = target.indexOf('?', start);
      if (mark >= 0) {
        request.query = target.substring(mark + 1);
        end = mark;
      }
      copy(target, start, end);
      fault = find(end - start, exchange);
    }
    answer(verb, fault, headers, body, 0, length, exchange);
  }

  /**
   * Dispatches a request whose target is a path without a query.
   *
   * @param bytes holds path and body, during the call only.
   * @param bodyOffset of the body.
   * @param length of the body in bytes.
   */
  void dispatch(
      final Verb verb,
      final byte[] bytes,
      final int pathOffset,
      final int pathEnd,
      final HttpHeaders headers,
      final int bodyOffset,
      final int length,
      final HttpExchange exchange) {
    request.query = "";
    System.arraycopy(bytes, pathOffset, path, 0, pathEnd - pathOffset);
    final Refusal fault = find(pathEnd - pathOffset, exchange);
    answer(verb, fault, headers, bytes, bodyOffset, length, exchange);
  }

  private void answer(
      final Verb verb,
      final Refusal faultOfPath,
      final HttpHeaders headers,
      final byte[] body,
      final int offset,
      final int length,
      final HttpExchange exchange) {
    exchange.write = verb.mayWrite();
    exchange.head = verb == Verb.HEAD;
    request.headers = headers;
    final Endpoint row = exchange.resource.admit(verb, exchange);
    if (row == null) {
      return;
    }
    exchange.endpoint = row;
    request.begin(row);
    final Refusal fault =
        faultOfPath == null ? read(row, body, offset, length, exchange) : faultOfPath;
    if (fault != null) {
      exchange.refuse(fault);
    } else if (!row.open && !serving.getAsBoolean()) {
      exchange.refuse(Refusals.STARTING);
    } else if (exchange.shape != AnswerShape.EVENTS) {
      row.call.onRequest(request, exchange);
    } else if (exchange.head) {
      exchange.answer(HttpExchange.STREAM_HEAD);
    } else {
      row.stream.onRequest(request, exchange);
    }
  }

  /** Finds the resource, and reads the id into the exchange; returns what is wrong with that. */
  private Refusal find(final int length, final HttpExchange exchange) {
    for (int i = 0; i < templates.size(); i++) {
      final PathTemplate template = templates.get(i);
      if (template.isBefore(path, length)) {
        final int id = template.prefix.length;
        final int idEnd = PathTemplate.idEnd(path, id, length);
        final Resource found = template.find(path, idEnd, length);
        if (found != null) {
          exchange.resource = found;
          return found.id().decode(path, id, idEnd, exchange);
        }
      }
    }
    final Resource found = fixed.get(length == 0 ? "/" : new String(path, 0, length, ISO_8859_1));
    if (found != null) {
      exchange.resource = found;
    }
    return null;
  }

  /** The decoder makes each byte of a target a character of its own. */
  @SuppressWarnings("deprecation")
  private void copy(final String target, final int start, final int end) {
    target.getBytes(start, end, path, 0);
  }

  /** Bound of the body of a request, where the port sets this one. */
  int maxBodyBytes(final Verb verb, final String target, final int bound) {
    final int start = pathStart(target);
    if (verb != Verb.POST || start < 0) {
      return bound;
    }
    final int mark = target.indexOf('?', start);
    final Resource found = fixed.get(target.substring(start, mark < 0 ? target.length() : mark));
    final boolean longer = found != null && found.takesItems();
    return longer ? Math.max(bound, RequestShape.MAX_ITEMS_BYTES) : bound;
  }

  private Refusal read(
      final Endpoint row,
      final byte[] body,
      final int offset,
      final int length,
      final HttpExchange exchange) {
    Refusal fault = readQuery(row, exchange);
    if (fault == null) {
      fault = readBody(row, body, offset, length, exchange);
    }
    if (fault == null && row.keyed) {
      fault = key();
    }
    if (fault == null) {
      fault = readCondition(row, exchange);
    }
    if (fault == null
        && row.tagMissing != null
        && request.precondition.kind() != Precondition.Kind.IF_MATCH) {
      fault = row.tagMissing;
    }
    return fault == null ? choose(row.choice, exchange) : fault;
  }

  private Refusal readQuery(final Endpoint row, final HttpExchange exchange) {
    if (row.itemsQuery != null) {
      final Refusal fault = queries.parse(row, request.query, request);
      request.queryBytes = queries.bytes();
      return fault;
    }
    if (!row.query.isEmpty()) {
      return row.query.parseQuery(request.query, request.parameters);
    }
    return exchange.write && !request.query.isEmpty() ? Refusals.PARAMETER : null;
  }

  private Refusal readBody(
      final Endpoint row,
      final byte[] body,
      final int offset,
      final int length,
      final HttpExchange exchange) {
    if (row.items != null) {
      final Refusal fault =
          items.parse(row.items, body, offset, length, request.items, request.members);
      exchange.faultyItem = fault == null ? JsonItemsParser.NO_ITEM : items.item();
      return fault;
    }
    if (!row.members.isEmpty()) {
      return json.parse(row.members, body, offset, length, request.members);
    }
    return exchange.write && length > 0 ? Refusals.BODY : null;
  }

  private Refusal readCondition(final Endpoint row, final HttpExchange exchange) {
    if (row.conditional) {
      return request.precondition.read(request.headers, exchange);
    }
    return exchange.write ? Precondition.refuseAny(request.headers) : null;
  }

  private Refusal choose(final AnswerChoice choice, final HttpExchange exchange) {
    exchange.shape = choice.choose(request.headers);
    return exchange.shape == null && choice.varies() ? choice.unacceptable() : null;
  }

  private Refusal key() {
    if (!request.headers.contains(IDEMPOTENCY_KEY)) {
      return null;
    }
    final List<String> values = request.headers.getAll(IDEMPOTENCY_KEY);
    return values.size() > 1 ? Refusals.KEY_REPEATED : request.key.parse(values.get(0));
  }

  /** Where the path begins in a target of origin or absolute form; -1 if it is neither. */
  private static int pathStart(final String target) {
    if (target.startsWith("/")) {
      return 0;
    }
    final int scheme = target.indexOf("://");
    final boolean http =
        scheme > 0
            && (target.regionMatches(true, 0, "http", 0, scheme) && scheme == 4
                || target.regionMatches(true, 0, "https", 0, scheme) && scheme == 5);
    if (!http) {
      return -1;
    }
    final int authority = scheme + 3;
    for (int i = authority; i < target.length(); i++) {
      final char next = target.charAt(i);
      if (next == '/' || next == '?') {
        return i == authority ? -1 : i;
      }
    }
    return target.length() == authority ? -1 : target.length();
  }
}
