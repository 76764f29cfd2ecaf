package io.tally.testkit;

import io.tally.counter.codecs.DeleteDecoder;
import io.tally.counter.codecs.ScanDecoder;
import io.tally.counter.codecs.SetValueDecoder;
import io.tally.engine.ServiceReply;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Sees when counters come and go in the shards of all processes, and judges what scans were shown:
 * a counter that lived throughout exactly once, and no other more often than it lived meanwhile. A
 * pass must not go on in another life of its shard.
 */
final class ScanWitness {
  private record Place(int shardId, long incarnation) {}

  /** The time for which a counter lived. */
  private static final class Stay {
    private final long fromStamp;
    private long toStamp = Long.MAX_VALUE;

    private Stay(final long fromStamp) {
      this.fromStamp = fromStamp;
    }
  }

  private final World world;
  private final Consumer<String> violations;
  private final List<Entity> counters;
  private final Map<Place, Map<String, List<Stay>>> places = new HashMap<>();

  ScanWitness(final World world, final Consumer<String> violations, final List<Entity> counters) {
    this.world = world;
    this.violations = line -> violations.accept("scans: " + line);
    this.counters = counters;
  }

  /** A page of this life was answered, before it is added to its pass. */
  void onPage(final ScanPass pass, final long incarnation, final boolean isGone) {
    final boolean isSameLife = pass.incarnation() == 0 || pass.incarnation() == incarnation;
    if (isGone == isSameLife) {
      violations.accept(
          "life "
              + incarnation
              + (isGone ? " refused" : " went on with")
              + " a position of life "
              + pass.incarnation());
    }
  }

  /** There is no other page. */
  void onEnd(final ScanPass pass) {
    if (pass.position() != 0) {
      violations.accept("a pass does not come to its end");
    }
    for (final String id : pass.shown()) {
      if (counters.stream().noneMatch(counter -> counter.name().equals(id))) {
        violations.accept("shown without being asked for: " + id);
      }
    }
    final Map<String, List<Stay>> stays = places.get(new Place(pass.shardId(), pass.incarnation()));
    for (final Entity counter : counters) {
      final String id = counter.name();
      final int shown = Collections.frequency(pass.shown(), id);
      final List<Stay> ofCounter = stays.getOrDefault(id, List.of());
      final long most = ofCounter.stream().filter(stay -> stay.toStamp > pass.beganStamp()).count();
      final boolean throughout =
          ofCounter.stream()
              .anyMatch(
                  stay -> stay.fromStamp < pass.beganStamp() && stay.toStamp == Long.MAX_VALUE);
      if (shown > most) {
        violations.accept(
            "shown too often: " + id + ", which lived " + most + " times: " + pass.shown());
      }
      if (throughout && shown == 0) {
        violations.accept("not shown: " + id + ", which lived throughout: " + pass.shown());
      }
    }
  }

  ShardService of(final ShardService service) {
    return new Seen(service);
  }

  private final class Seen extends LifeService {
    private Map<String, List<Stay>> stays;

    private Seen(final ShardService service) {
      super(service);
    }

    @Override
    public void onCommand(
        final long timeNs,
        final long entityHash,
        final int templateId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final ServiceReply reply) {
      final boolean isScan = templateId == ScanDecoder.TEMPLATE_ID;
      final boolean isWrite =
          templateId == SetValueDecoder.TEMPLATE_ID || templateId == DeleteDecoder.TEMPLATE_ID;
      if (stays == null && (isScan || isWrite)) {
        stays =
            places.computeIfAbsent(new Place(shardId(), incarnation()), place -> new HashMap<>());
        counters.forEach(this::look);
      }
      super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
      if (isWrite) {
        counters.stream().filter(counter -> counter.entityHash() == entityHash).forEach(this::look);
      }
    }

    /** Whether the counter lives now. */
    private void look(final Entity counter) {
      if (counter.shardId() != shardId()) {
        return;
      }
      final List<Stay> ofCounter = stays.computeIfAbsent(counter.name(), name -> new ArrayList<>());
      final Stay last = ofCounter.isEmpty() ? null : ofCounter.get(ofCounter.size() - 1);
      final boolean lived = last != null && last.toStamp == Long.MAX_VALUE;
      final boolean lives = StoredValue.of(counter, this) != 0;
      if (lives && !lived) {
        ofCounter.add(new Stay(world.stamp()));
      } else if (!lives && lived) {
        last.toStamp = world.stamp();
      }
    }
  }
}
