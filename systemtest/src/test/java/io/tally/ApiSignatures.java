package io.tally;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an author meets who uses a type of the API: each member that can be called or overridden,
 * inherited ones too, and each type that it names. A superclass may be internal, since nobody has
 * to name it: of what it hands down, each member is judged like the others.
 */
final class ApiSignatures {
  private final Set<String> breaches = new TreeSet<>();
  private final Class<?> type;
  private final Set<Type> seen = new HashSet<>();

  private ApiSignatures(final Class<?> type) {
    this.type = type;
  }

  /** What of a type rests on what is no API, a line each. */
  static Set<String> breaches(final Class<?> type) {
    final ApiSignatures signatures = new ApiSignatures(type);
    signatures.judge();
    return signatures.breaches;
  }

  private void judge() {
    names(type.getSimpleName(), type.getTypeParameters());
    names(type.getSimpleName(), type.getGenericInterfaces());
    for (final Constructor<?> constructor : type.getDeclaredConstructors()) {
      judge(constructor);
    }
    for (final Method method : type.getMethods()) {
      judge(method);
    }
    for (final Field field : type.getFields()) {
      judge(field);
    }
    for (Class<?> from = type; from != null; from = from.getSuperclass()) {
      Stream.of(from.getDeclaredMethods()).filter(ApiSignatures::isProtected).forEach(this::judge);
      Stream.of(from.getDeclaredFields()).filter(ApiSignatures::isProtected).forEach(this::judge);
    }
  }

  private void judge(final Field field) {
    if (isMet(field)) {
      names(field.getName(), field.getGenericType());
    }
  }

  private void judge(final Executable executable) {
    if (!isMet(executable)) {
      return;
    }
    final String name = executable.getName().substring(executable.getName().lastIndexOf('.') + 1);
    names(name, executable.getTypeParameters());
    names(name, executable.getGenericParameterTypes());
    names(name, executable.getGenericExceptionTypes());
    if (executable instanceof final Method method) {
      names(name, method.getGenericReturnType());
    }
  }

  private boolean isMet(final Member member) {
    final Class<?> from = member.getDeclaringClass();
    if (member.isSynthetic()
        || !from.getName().startsWith("io.tally.")
        || !(Modifier.isPublic(member.getModifiers())
            || isProtected(member) && !Modifier.isFinal(type.getModifiers()))) {
      return false;
    }
    if (isNoApi(from)) {
      breaches.add(member.getName() + " is inherited from " + from.getName());
    }
    return true;
  }

  private static boolean isProtected(final Member member) {
    return Modifier.isProtected(member.getModifiers());
  }

  private void names(final String member, final Type... types) {
    for (final Type named : types) {
      if (named instanceof final Class<?> leaf) {
        name(member, leaf);
      } else if (named instanceof final GenericArrayType array) {
        names(member, array.getGenericComponentType());
      } else if (named instanceof final ParameterizedType parameterized) {
        names(member, parameterized.getRawType());
        names(member, parameterized.getActualTypeArguments());
      } else if (named instanceof final WildcardType wildcard) {
        names(member, wildcard.getLowerBounds());
        names(member, wildcard.getUpperBounds());
      } else if (named instanceof final TypeVariable<?> variable && seen.add(variable)) {
        names(member, variable.getBounds());
      }
    }
  }

  private void name(final String member, final Class<?> named) {
    Class<?> leaf = named;
    while (leaf.isArray()) {
      leaf = leaf.getComponentType();
    }
    if (isNoApi(leaf) || leaf.getName().startsWith("io.tally.") && !isPublic(leaf)) {
      breaches.add(member + " names " + leaf.getName());
    }
  }

  private static boolean isPublic(final Class<?> named) {
    return Modifier.isPublic(named.getModifiers())
        && (named.getDeclaringClass() == null || isPublic(named.getDeclaringClass()));
  }

  /**
   * Whether its package serves the modules among themselves, or is generated from a schema. An enum
   * of a schema only grows, as the schema does.
   */
  private static boolean isNoApi(final Class<?> named) {
    final List<String> packages = List.of(named.getPackageName().split("\\."));
    return named.getName().startsWith("io.tally.")
        && (packages.contains("internal") || packages.contains("codecs") && !named.isEnum());
  }
}
