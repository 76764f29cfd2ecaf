package io.tally.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A body of many items: a member {@code items}, which is an array of objects, each with an id and
 * the members that an {@link Endpoint} declares for it; and beside it members that concern all of
 * them. What is wrong with such a body, and the names in it. Immutable.
 */
final class ItemsBody {
  static final byte[] NAME = "items".getBytes(US_ASCII);
  static final int ID = 0;

  private static final String JSON = Parameter.JSON + ": ";

  static final Refusal MISSING = Refusal.of(ProblemTypes.NO_ITEMS, 400, "items is missing");
  static final Refusal TYPE = invalid("items must be an array");
  static final Refusal REPEATED = invalid("items is given twice");
  static final Refusal EMPTY = Refusal.of(ProblemTypes.NO_ITEMS, 400, "items has no item");
  static final Refusal ITEM_TYPE = invalid("an item must be an object");

  final PathId id;
  final Parameters members;
  final Parameters beside;
  final Refusal idType;
  final Refusal idMissing;
  final Refusal idRepeated;
  final Refusal idEmpty;
  final Refusal idTooLong;
  final Refusal idUnpaired;
  final Refusal unknownMember;
  final Refusal unknownBeside;
  private final byte[][] quotedNames;

  /** Items whose ids are of a kind, with members of their own and others beside them. */
  ItemsBody(final PathId id, final List<Parameter> ofItem, final List<Parameter> ofAll) {
    this.id = id;
    members = new Parameters(ofItem);
    beside = new Parameters(ofAll);
    final String name = id.member();
    idType = ofId(JSON + name + " must be a string");
    idMissing = ofId(name + " is missing");
    idRepeated = invalid(name + " is given twice");
    idEmpty = ofId(name + " is empty");
    idTooLong = ofId(name + " is longer than " + PathId.MAX_BYTES + " bytes of UTF-8");
    idUnpaired = ofId(JSON + name + " has half of a surrogate pair");
    final List<String> names = new ArrayList<>(List.of(name));
    ofItem.forEach(member -> names.add(member.name()));
    unknownMember = unknown("the members known of an item are ", names);
    quotedNames =
        names.stream().map(known -> ('"' + known + '"').getBytes(US_ASCII)).toArray(byte[][]::new);
    final List<String> namesOfAll = new ArrayList<>(List.of("items"));
    ofAll.forEach(member -> namesOfAll.add(member.name()));
    unknownBeside = unknown("the members known are ", namesOfAll);
  }

  private static Refusal unknown(final String what, final List<String> names) {
    return Refusal.of(ProblemTypes.UNKNOWN_MEMBER, 400, what + String.join(", ", names));
  }

  private static Refusal invalid(final String detail) {
    return Refusal.of(ProblemTypes.INVALID_JSON, 400, JSON + detail);
  }

  private Refusal ofId(final String detail) {
    return Refusal.of(id.invalid, 400, detail);
  }

  /** Length of a known name with its quotes; names have the numbers of members, from 1. */
  int quotedLength(final int name) {
    return quotedNames[name].length;
  }

  /** The known name that stands here in quotes, byte for byte; -1 if none does. */
  int nameAt(final byte[] bytes, final int position, final int end) {
    for (int i = 0; i < quotedNames.length; i++) {
      final byte[] name = quotedNames[i];
      if (end - position >= name.length
          && bytes[position + 1] == name[1]
          && Arrays.equals(bytes, position, position + name.length, name, 0, name.length)) {
        return i;
      }
    }
    return -1;
  }

  /** The known name that was read; -1 if it is not known. */
  int name(final byte[] text, final int length) {
    for (int i = 0; i < quotedNames.length; i++) {
      final byte[] name = quotedNames[i];
      if (Arrays.equals(text, 0, length, name, 1, name.length - 1)) {
        return i;
      }
    }
    return -1;
  }

  /** All that can be wrong. */
  List<Refusal> refusals() {
    final List<Refusal> all =
        new ArrayList<>(
            List.of(
                MISSING,
                TYPE,
                REPEATED,
                EMPTY,
                ITEM_TYPE,
                Refusals.TOO_MANY_ITEMS,
                idType,
                idMissing,
                idRepeated,
                idEmpty,
                idTooLong,
                idUnpaired,
                unknownMember,
                unknownBeside));
    all.addAll(id.refusals());
    all.addAll(members.refusals());
    all.addAll(beside.refusals());
    return all;
  }
}
