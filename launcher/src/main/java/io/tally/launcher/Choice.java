package io.tally.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One of a few words on a command line, in upper or lower case. */
final class Choice<E extends Enum<E>> implements ITypeConverter<E> {
  private final E[] constants;

  Choice(final Class<E> type) {
    constants = type.getEnumConstants();
  }

  @Override
  public E convert(final String value) {
    for (final E constant : constants) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new TypeConversionException("must be " + words() + ", not '" + value + "'");
  }

  private String words() {
    final List<String> words =
        Arrays.stream(constants).map(E::name).map(name -> name.toLowerCase(Locale.ROOT)).toList();
    final int last = words.size() - 1;
    return last == 0
        ? words.get(0)
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }
}
