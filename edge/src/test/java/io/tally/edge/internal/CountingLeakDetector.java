package io.tally.edge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what Netty's leak detector finds. Netty makes it by reflection: named in the build. */
public final class CountingLeakDetector<T> extends ResourceLeakDetector<T> {
  private static final AtomicInteger LEAKS = new AtomicInteger();
  private static final int ROUNDS = 3;

  /** As the detector's factory wants it. */
  public CountingLeakDetector(final Class<?> resourceType, final int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /** As the detector's factory asks for first. */
  public CountingLeakDetector(
      final Class<?> resourceType, final int samplingInterval, final long maxActive) {
    this(resourceType, samplingInterval);
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(final String resourceType, final String records) {
    LEAKS.incrementAndGet();
    super.reportTracedLeak(resourceType, records);
  }

  @Override
  protected void reportUntracedLeak(final String resourceType) {
    LEAKS.incrementAndGet();
    super.reportUntracedLeak(resourceType);
  }

  /** Collects what is unreachable, has the detector look at it, and expects no leak. */
  public static void assertNoLeak() {
    assertEquals(Level.PARANOID, getLevel());
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      final ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(64);
      buffer.release();
    }
    assertEquals(0, LEAKS.get(), "buffers that were never released");
  }
}
