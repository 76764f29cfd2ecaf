package io.tally.launcher;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The services on the class path, by name. */
final class ServiceProviders {
  private ServiceProviders() {}

  /** What is wrong with these names, as a message; null if each is that of another service. */
  static String fault(final Collection<String> names) {
    if (names.isEmpty()) {
      return null;
    }
    final Map<String, HostedService> known;
    try {
      known = known();
    } catch (final IllegalArgumentException fault) {
      return fault.getMessage();
    }
    for (final String name : names) {
      if (!known.containsKey(name)) {
        return "--service: no service '"
            + name
            + "' on the class path"
            + (known.isEmpty()
                ? ", nor any other; name its jar with -cp, java -jar takes none"
                : "; there is " + String.join(", ", known.keySet()));
      }
    }
    return new HashSet<>(names).size() == names.size() ? null : "--service names a service twice";
  }

  /** Names that have no fault. */
  static List<HostedService> named(final List<String> names) {
    return names.isEmpty() ? List.of() : names.stream().map(known()::get).toList();
  }

  /** Throws an IllegalArgumentException if a provider is broken, or two have one name. */
  private static Map<String, HostedService> known() {
    final Map<String, HostedService> byName = new TreeMap<>();
    try {
      for (final ServiceProvider provider : ServiceLoader.load(ServiceProvider.class)) {
        final HostedService service = provider.service();
        if (byName.put(service.name(), service) != null) {
          throw new IllegalArgumentException(
              "--service: two services on the class path are named '" + service.name() + "'");
        }
      }
    } catch (final ServiceConfigurationError broken) {
      throw new IllegalArgumentException(
          "--service: the class path has a broken provider: " + broken.getMessage(), broken);
    }
    return byName;
  }
}
