package io.tally.http;

import java.util.Arrays;

/**
 * Reads a body of many items, as an {@link ItemsBody} describes it, without garbage: every member
 * at most once and no other. Not thread-safe.
 */
final class JsonItemsParser {
  /** The fault is in no item. */
  static final int NO_ITEM = -1;

  private final JsonReader json = new JsonReader();
  private final JsonIdParser ids = new JsonIdParser(json);
  private ItemsBody body;
  private ItemList items;
  private GivenValues otherValues;
  private boolean hasItems;
  private long seen;
  private int item;
  private Refusal nameFault;

  /**
   * Parses a body.
   *
   * @param expected describes it.
   * @param into gets the items.
   * @param intoBeside gets the values of the members beside them, if they are not null.
   * @return null if it is valid, else the first fault.
   */
  Refusal parse(
      final ItemsBody expected,
      final byte[] bytes,
      final int offset,
      final int length,
      final ItemList into,
      final GivenValues intoBeside) {
    body = expected;
    items = into;
    otherValues = intoBeside;
    hasItems = false;
    seen = 0;
    item = NO_ITEM;
    into.clear(expected.members);
    json.wrap(bytes, offset, length);
    if (length == 0) {
      return ItemsBody.MISSING;
    }
    final Refusal refusal = document();
    if (refusal != null) {
      return refusal;
    }
    return hasItems ? body.beside.missing(otherValues) : ItemsBody.MISSING;
  }

  /** The item with the fault, from 0; {@link #NO_ITEM} if it is in none. */
  int item() {
    return item;
  }

  private Refusal document() {
    final int first = json.peek();
    if (first != '{') {
      return notA(first, Refusals.JSON_SHAPE);
    }
    json.position++;
    Refusal refusal = null;
    if (json.peek() != '}') {
      refusal = member();
      while (refusal == null && json.peek() == ',') {
        json.position++;
        refusal = member();
      }
    }
    if (refusal == null) {
      refusal = json.expect('}');
    }
    return refusal != null || json.peek() < 0 ? refusal : Refusals.JSON_TRAILING;
  }

  /** A value begins with this character, and should be another one. */
  static Refusal notA(final int first, final Refusal otherwise) {
    if (first < 0) {
      return Refusals.JSON_END;
    }
    return first == 'n' || JsonReader.startsValue(first) ? otherwise : Refusals.JSON_SYNTAX;
  }

  private Refusal member() {
    Refusal refusal = json.expect('"');
    if (refusal == null) {
      refusal = json.text();
    }
    if (refusal != null) {
      return refusal;
    }
    final int length = json.textLength();
    if (length == ItemsBody.NAME.length
        && Arrays.equals(json.text, 0, length, ItemsBody.NAME, 0, length)) {
      return hasItems ? ItemsBody.REPEATED : array();
    }
    final int index = length < 0 ? -1 : body.beside.indexOf(json.text, length);
    if (index < 0) {
      return body.unknownBeside;
    }
    if ((seen & 1L << index) != 0) {
      return body.beside.get(index).repeated;
    }
    seen |= 1L << index;
    refusal = json.expect(':');
    if (refusal == null) {
      refusal = json.valueOf(body.beside.get(index));
    }
    if (refusal == null && json.isGiven) {
      otherValues.set(index, json.value);
    }
    return refusal;
  }

  private Refusal array() {
    hasItems = true;
    Refusal refusal = json.expect(':');
    if (refusal != null) {
      return refusal;
    }
    final int first = json.peek();
    if (first != '[') {
      return notA(first, ItemsBody.TYPE);
    }
    json.position++;
    if (json.peek() == ']') {
      return ItemsBody.EMPTY;
    }
    refusal = next();
    while (refusal == null && json.peek() == ',') {
      json.position++;
      refusal = next();
    }
    if (refusal == null) {
      item = NO_ITEM;
      refusal = json.expect(']');
    }
    return refusal;
  }

  private Refusal next() {
    if (items.isFull()) {
      item = NO_ITEM;
      return Refusals.TOO_MANY_ITEMS;
    }
    item = items.count();
    final int first = json.peek();
    if (first != '{') {
      return notA(first, ItemsBody.ITEM_TYPE);
    }
    json.position++;
    ids.begin(body, items);
    Refusal refusal = json.peek() == '}' ? null : members();
    if (refusal == null) {
      refusal = json.expect('}');
    }
    if (refusal == null && ids.length() == 0) {
      refusal = body.idMissing;
    }
    if (refusal == null) {
      items.end(ids.length());
    }
    return refusal;
  }

  private Refusal members() {
    long seenOfItem = 0;
    do {
      final int name = name();
      if (name < 0) {
        return nameFault;
      }
      if ((seenOfItem & 1L << name) != 0) {
        return name == ItemsBody.ID ? body.idRepeated : body.members.get(name - 1).repeated;
      }
      seenOfItem |= 1L << name;
      Refusal refusal = json.expect(':');
      if (refusal == null) {
        refusal = name == ItemsBody.ID ? ids.parse() : value(name - 1);
      }
      if (refusal != null) {
        return refusal;
      }
    } while (isFollowed());
    return null;
  }

  private boolean isFollowed() {
    if (json.peek() != ',') {
      return false;
    }
    json.position++;
    return true;
  }

  /** Reads a name, which nearly always stands there as it is known; -1 if there is a fault. */
  private int name() {
    if (json.peek() == '"') {
      final int known = body.nameAt(json.bytes, json.position, json.end);
      if (known >= 0) {
        json.position += body.quotedLength(known);
        return known;
      }
    }
    nameFault = json.expect('"');
    if (nameFault == null) {
      nameFault = json.text();
    }
    if (nameFault != null) {
      return -1;
    }
    final int length = json.textLength();
    final int name = length < 0 ? -1 : body.name(json.text, length);
    nameFault = name < 0 ? body.unknownMember : null;
    return name;
  }

  private Refusal value(final int index) {
    final Refusal refusal = json.valueOf(body.members.get(index));
    if (refusal == null && json.isGiven) {
      items.set(index, json.value);
    }
    return refusal;
  }
}
