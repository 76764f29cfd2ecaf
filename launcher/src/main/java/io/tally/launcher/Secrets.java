package io.tally.launcher;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Hides passwords in messages that repeat what the user gave. A URL may have been given to any
 * option by mistake, and a message may show the whole of it, a part of it, or the path made of it.
 */
final class Secrets {
  private static final String HIDDEN = "***";

  /**
   * Everything up to an @, which follows a password. The option and the scheme, with which it may
   * begin, are no secret.
   */
  private static final Pattern BEFORE_AT =
      Pattern.compile("((?:--[a-z-]+=)?(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,2})?)[^\\s'\"]*@");

  private static final Pattern BEGINNING =
      Pattern.compile("(?:--[a-z-]+=)?(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,2})?");

  private final List<String> given = new ArrayList<>();

  /** Takes all that was given: arguments, and values of variables. */
  Secrets(final Collection<String> values) {
    for (final String value : values) {
      if (value.indexOf('@') >= 0) {
        add(value);
        add(value.substring(value.indexOf('=') + 1));
      }
    }
    given.sort(Comparator.comparing(String::length).reversed());
  }

  private void add(final String value) {
    given.add(value);
    try {
      given.add(Path.of(value).toString());
    } catch (final InvalidPathException noPath) {
      // It is no path, so no message shows it as one.
      return;
    }
    for (final String part : value.split(",")) {
      if (part.indexOf(':') >= 0) {
        given.add(part);
      }
    }
  }

  /** The message with the passwords hidden. */
  String hiddenIn(final String message) {
    String shown = message;
    for (final String value : given) {
      shown = shown.replace(value, hidden(value));
    }
    return BEFORE_AT.matcher(shown).replaceAll("$1***@");
  }

  private static String hidden(final String value) {
    final var beginning = BEGINNING.matcher(value);
    final int from = beginning.lookingAt() ? beginning.end() : 0;
    final int at = value.lastIndexOf('@');
    return value.substring(0, from) + HIDDEN + (at < from ? "" : value.substring(at));
  }
}
