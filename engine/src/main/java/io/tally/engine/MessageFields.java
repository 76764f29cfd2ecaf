package io.tally.engine;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * The fixed fields of an SBE message, as its generated codec tells of them: since which version of
 * the schema there is each, and where it ends. Immutable.
 */
final class MessageFields {
  private static final String SINCE = "SinceVersion";

  private static final ClassValue<MessageFields> KNOWN =
      new ClassValue<>() {
        @Override
        protected MessageFields computeValue(final Class<?> codec) {
          return new MessageFields(codec);
        }
      };

  private final List<Field> fields = new ArrayList<>();

  /** Kept, since every message that is written asks. */
  private final int version;

  private record Field(int sinceVersion, int end) {}

  private MessageFields(final Class<?> codec) {
    for (final Method method : codec.getMethods()) {
      if (method.getName().endsWith(SINCE)) {
        addFixed(codec, method.getName().substring(0, method.getName().length() - SINCE.length()));
      }
    }
    version = fields.stream().mapToInt(Field::sinceVersion).max().orElse(0);
  }

  /** Does nothing for a field of variable length. */
  private void addFixed(final Class<?> codec, final String name) {
    try {
      final int end = get(codec, name + "EncodingOffset") + get(codec, name + "EncodingLength");
      fields.add(new Field(get(codec, name + SINCE), end));
    } catch (final NoSuchMethodException variable) {
      return;
    } catch (final ReflectiveOperationException fault) {
      throw new IllegalArgumentException("not a generated codec: " + codec, fault);
    }
  }

  private static int get(final Class<?> codec, final String method)
      throws ReflectiveOperationException {
    return (int) codec.getMethod(method).invoke(null);
  }

  /** The fields of the message that a codec encodes or decodes. */
  static MessageFields of(final Object codec) {
    return KNOWN.get(codec.getClass());
  }

  /** The version in which the message got its latest field. */
  int version() {
    return version;
  }

  /** Bytes that hold all fields of a version. */
  int blockLength(final int ofVersion) {
    return fields.stream()
        .filter(field -> field.sinceVersion <= ofVersion)
        .mapToInt(Field::end)
        .max()
        .orElse(0);
  }

  /** Bytes that hold all fields of the version in which the message was added. */
  int firstBlockLength() {
    return blockLength(fields.stream().mapToInt(Field::sinceVersion).min().orElse(0));
  }
}
