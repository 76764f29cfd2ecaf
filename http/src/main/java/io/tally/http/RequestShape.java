package io.tally.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a request of a row may give, how it is refused if it gives something else, and what else may
 * refuse it.
 */
abstract sealed class RequestShape permits Endpoint {
  /** Longest body of a row with items, if the port takes no longer ones anyway. */
  static final int MAX_ITEMS_BYTES = 1 << 20;

  private static final String TEXT = "[!-~&&[^?#{}]]*";

  /** A path of ASCII, of which one whole segment may be the id. */
  private static final Pattern PATH =
      Pattern.compile("/" + TEXT + "((?<=/)\\{id\\}(/" + TEXT + ")?)?");

  final Verb verb;
  final String path;

  PathId id;
  boolean keyed;
  boolean conditional;

  /** What is said to a write that names no entity tag in If-Match; null if it need not. */
  Refusal tagMissing;

  Parameters members = Parameters.NONE;
  Parameters query = Parameters.NONE;

  /** The items that the query may name; null if it holds integers alone. */
  ItemsQuery itemsQuery;

  /** The items of the body; null if it is one object. */
  ItemsBody items;

  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<Integer, Refusal> byCode = new HashMap<>();

  RequestShape(final Verb verb, final String path) {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("no request can have this path: " + path);
    }
    this.verb = verb;
    this.path = path;
  }

  abstract Endpoint row();

  /**
   * Describes the id in the path.
   *
   * @param pathId its kind.
   * @return this.
   */
  public Endpoint id(final PathId pathId) {
    id = pathId;
    refusals.addAll(pathId.refusals());
    return row();
  }

  /**
   * Declares the members of the JSON body. A row for a write that declares none takes no body.
   *
   * @param known those that may be given.
   * @return this.
   * @throws IllegalArgumentException if the row is for GET or DELETE, whose body is not read.
   */
  public Endpoint members(final Parameter... known) {
    if (!verb.hasBody()) {
      throw new IllegalArgumentException("the body of a " + verb + " is not read: " + path);
    }
    members = new Parameters(List.of(known));
    refusals.addAll(members.refusals());
    return row();
  }

  /**
   * Declares that the body holds items: 1 to {@link ItemList#MAX_ITEMS} objects in a member {@code
   * items}, each with an id. Such a body may have 1 MiB. The path must have no id.
   *
   * @param idOfItem describes the id, and names its member.
   * @param ofItem the members that may be given with an item, beside its id.
   * @param ofAll the members that may be given beside the items.
   * @return this.
   */
  public Endpoint items(
      final PathId idOfItem, final List<Parameter> ofItem, final List<Parameter> ofAll) {
    if (!verb.hasBody()) {
      throw new IllegalArgumentException("the body of a " + verb + " is not read: " + path);
    }
    items = new ItemsBody(idOfItem, ofItem, ofAll);
    members = items.beside;
    refusals.addAll(items.refusals());
    return row();
  }

  /**
   * Declares the parameters of the query.
   *
   * @param integers those that may be given.
   * @return this.
   */
  public Endpoint query(final IntegerParameter... integers) {
    query = new Parameters(List.of(integers));
    refusals.addAll(query.refusals());
    return row();
  }

  /**
   * Declares that the query may name items, by a parameter that is given once for each, and hold
   * texts, beside the integers of {@link #query}.
   *
   * @param idOfItem describes the ids.
   * @param name of the parameter that names an item.
   * @param maxItems most items.
   * @param texts that may be given, at most 4.
   * @return this.
   */
  public Endpoint queryItems(
      final PathId idOfItem, final String name, final int maxItems, final TextParameter... texts) {
    itemsQuery = new ItemsQuery(idOfItem, name, maxItems, List.of(texts));
    refusals.addAll(itemsQuery.refusals());
    return row();
  }

  /** Describes the ids of its items. */
  PathId itemId() {
    return items == null ? itemsQuery.id : items.id;
  }

  /**
   * Takes an {@code Idempotency-Key} header.
   *
   * @return this.
   */
  public Endpoint keyed() {
    keyed = true;
    return row();
  }

  /**
   * Takes an {@code If-Match} or {@code If-None-Match} header. A write finds it in {@link
   * Request#precondition()}, and may refuse with {@link Precondition#FAILED}. For a read, it is
   * compared with {@link HttpExchange#version} when its reply has been read.
   *
   * @return this.
   */
  public Endpoint conditional() {
    conditional = true;
    refusals.addAll(Precondition.refusals());
    return row();
  }

  /**
   * Takes an {@code If-Match} header, and only with an entity tag in it: such a write finds it in
   * {@link Request#precondition()}.
   *
   * @param missing refuses a request without one.
   * @return this.
   */
  public Endpoint needsTag(final Refusal missing) {
    tagMissing = missing;
    refusals.add(missing);
    return conditional();
  }

  /**
   * Declares why the service may refuse. When its reply has been read, the request is refused so,
   * unless the reading has refused it already.
   *
   * @param serviceCode by its own numbers, 1 to 255.
   * @param refusal that says so.
   * @return this.
   */
  public Endpoint refuses(final int serviceCode, final Refusal refusal) {
    byCode.put(serviceCode, refusal);
    return refuses(refusal);
  }

  /** Refuses what the service refused, where its code is declared. */
  void refuse(final int serviceCode, final HttpExchange exchange) {
    final Refusal declared = byCode.get(serviceCode);
    if (declared != null) {
      exchange.refuse(declared);
    }
  }

  /**
   * Declares refusals that the call or the reading of its reply may give, beside those of HTTP and
   * of the engine.
   *
   * @param mayGive all of them.
   * @return this.
   */
  public Endpoint refuses(final Refusal... mayGive) {
    mayRefuse(List.of(mayGive));
    return row();
  }

  void mayRefuse(final List<Refusal> reasons) {
    refusals.addAll(reasons);
  }

  /** Whether the row declares how this refusal of the service looks. */
  boolean knows(final int serviceCode) {
    return byCode.containsKey(serviceCode);
  }

  List<Refusal> refusals() {
    return refusals;
  }
}
