package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.counter.codecs.CounterReplyDecoder;
import io.tally.counter.codecs.CounterStatus;
import io.tally.engine.Outcome;
import io.tally.http.internal.MetricsServer;
import io.tally.http.internal.ProbeResult;
import io.tally.store.internal.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ApiSignaturesTest {
  private static final String PROBE = ProbeResult.class.getName();

  /** Each of its members rests on what is internal in a way of its own. */
  public abstract static class Mistaken<S extends ProbeResult> implements Supplier<ProbeResult> {
    public static final ProbeResult FIELD = null;
    protected ProbeResult[] array;

    protected Mistaken(final ProbeResult given) {
      array = new ProbeResult[] {given};
    }

    public abstract Map<String, List<? super ProbeResult>> returns();

    public abstract void takes(S given, ProbeResult[] more);

    protected abstract <T extends Comparable<T>> void overrides(T self, List<ProbeResult>[] given);

    public abstract void fails() throws StoreException;

    public abstract CounterStatus enumeration();

    public abstract CounterReplyDecoder codec();

    abstract ProbeResult nobodyMeets();
  }

  /** What an author calls of it stands in a class that is internal. */
  public abstract static class Heir extends MetricsServer {}

  /** Its superclass is internal, but hands nothing down that others could call. */
  public static final class Sound extends Internal {
    public Outcome outcome() {
      return null;
    }
  }

  /** Its member names what no other package sees. */
  public abstract static class Hidden {
    public abstract Internal hidden();
  }

  abstract static class Internal {
    protected ProbeResult probe() {
      return null;
    }
  }

  @Test
  void shouldFindWhateverRestsOnInternalTypes() {
    assertEquals(
        Set.of(
            "Mistaken names " + PROBE,
            "FIELD names " + PROBE,
            "array names " + PROBE,
            "ApiSignaturesTest$Mistaken names " + PROBE,
            "returns names " + PROBE,
            "takes names " + PROBE,
            "overrides names " + PROBE,
            "codec names " + CounterReplyDecoder.class.getName(),
            "fails names " + StoreException.class.getName()),
        ApiSignatures.breaches(Mistaken.class));
  }

  @Test
  void shouldFindWhatIsInheritedFromInternalTypes() {
    final Set<String> breaches = ApiSignatures.breaches(Heir.class);
    assertTrue(
        breaches.contains("url is inherited from " + MetricsServer.class.getName()),
        breaches::toString);
  }

  @Test
  void shouldFindTypesThatNobodySees() {
    assertEquals(
        Set.of("hidden names " + Internal.class.getName()), ApiSignatures.breaches(Hidden.class));
  }

  @Test
  void shouldOverlookWhatNobodyCanCall() {
    assertEquals(Set.of(), ApiSignatures.breaches(Sound.class));
  }
}
