package io.tally.transport.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nodes remember of each other's state on disk. */
@Timeout(10)
final class GenerationTest {
  private static final List<String> IDS = List.of("a", "b");
  private static final long MS = 1_000_000;

  private final InProcessCarrier carrier = new InProcessCarrier();
  private final TestNode b = launch("b", 20);
  private TestNode a = launch("a", 10);
  private long nowNs;

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  @Test
  void shouldNameToTheNextProcessTheGenerationThatWasReady() {
    b.link.markReady();
    a.link.markReady(7, false);
    exchange();
    restart(11);
    assertEquals(7, a.link.startState(nowNs).knownGeneration());
    assertEquals(0, b.link.startState(nowNs).knownGeneration());
  }

  @Test
  void shouldNameToTheNextProcessTheLatestLifeOfItsShards() {
    final int[] shards = a.link.directory().table().shardsOf(0);
    a.link.directory().learn(shards, IntStream.of(shards).mapToLong(shard -> 10).toArray());
    a.link.markReady();
    b.link.markReady();
    exchange();
    restart(11);
    assertEquals(10, a.link.startState(nowNs).knownShardIncarnation());
    assertEquals(0, b.link.startState(nowNs).knownShardIncarnation());
  }

  @Test
  void shouldRememberTheHighestAlsoWhereAProcessKeepsNothing() {
    a.link.markReady(7, false);
    exchange();
    restart(11);
    a.link.markReady();
    exchange();
    restart(12);
    assertEquals(7, a.link.startState(nowNs).knownGeneration());
  }

  @Test
  void shouldNotRememberAProcessThatWasNotReady() {
    exchange();
    restart(11);
    assertEquals(0, a.link.startState(nowNs).knownGeneration());
  }

  @Test
  void shouldHearItFromAProcessOfItsOwnNodeToo() {
    a.link.markReady(7, false);
    exchange();
    final TestNode second = launch("a", 12);
    for (int i = 0; i < 10; i++) {
      nowNs += 100 * MS;
      a.step(nowNs);
      second.step(nowNs);
    }
    assertEquals(7, second.link.startState(nowNs).knownGeneration());
    second.close();
  }

  @Test
  void shouldEndIfItHasGoneOnWithAnOldStateBeforeItMetItsPeers() {
    readyBeforeItHears(5, true);
    assertEquals(List.of("outdated 7"), outdated());
    a.link.markDraining();
    exchange();
    assertEquals(List.of("outdated 7"), outdated(), "told once");
  }

  @Test
  void shouldEndAlsoWhileItDrains() {
    readyBeforeItHears(5, true, ready -> ready.link.markDraining());
    assertEquals(List.of("outdated 7"), outdated());
  }

  @Test
  void shouldNotEndForWhatIsNotLater() {
    readyBeforeItHears(7, true);
    assertEquals(List.of(), outdated());
  }

  @Test
  void shouldGoAboveWhatItHearsLateIfItsLivesAreNew() {
    readyBeforeItHears(5, false);
    assertEquals(List.of(), outdated());
    restart(12);
    assertEquals(8, a.link.startState(nowNs).knownGeneration());
  }

  @Test
  void shouldNotMindWhatItKnewIfItKeepsNothing() {
    readyBeforeItHears(0, true);
    assertEquals(List.of(), outdated());
    restart(12);
    assertEquals(7, a.link.startState(nowNs).knownGeneration());
  }

  /** Others remember generation 7 of a. */
  private void readyBeforeItHears(final long generation, final boolean sameLives) {
    readyBeforeItHears(generation, sameLives, ready -> {});
  }

  private void readyBeforeItHears(
      final long generation, final boolean sameLives, final Consumer<TestNode> then) {
    a.link.markReady(7, false);
    exchange();
    a.close();
    a = launch("a", 11);
    a.link.markReady(generation, sameLives);
    then.accept(a);
    exchange();
  }

  private List<String> outdated() {
    return a.events.stream().filter(event -> event.startsWith("outdated")).toList();
  }

  private void restart(final long incarnation) {
    a.close();
    for (int i = 0; i < 3; i++) {
      nowNs += 100 * MS;
      b.step(nowNs);
    }
    a = launch("a", incarnation);
    exchange();
  }

  private TestNode launch(final String id, final long incarnation) {
    return TestNode.launch(TestNode.setup(id, incarnation).nodeIds(IDS), carrier);
  }

  private void exchange() {
    exchange(a, b);
  }

  private void exchange(final TestNode one, final TestNode other) {
    for (int i = 0; i < 20; i++) {
      nowNs += 100 * MS;
      one.step(nowNs);
      other.step(nowNs);
    }
  }
}
