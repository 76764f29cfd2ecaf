package io.tally.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class TournamentTreeTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 15, 16, 17, 255, 256, 257, 512, 5_000})
  void shouldKnowTheLeastNumberAndItsFirstPlace(final int places) {
    final Random random = new Random(places);
    final TournamentTree tree = new TournamentTree(places);
    final long[] numbers = new long[places];
    Arrays.fill(numbers, Long.MAX_VALUE);
    assertEquals(places, tree.places());
    assertEquals(Long.MAX_VALUE, tree.min());
    for (int i = 0; i < 20_000; i++) {
      final int place = random.nextInt(8) == 0 ? tree.minPlace() : random.nextInt(places);
      // Few different ones, so that many are equal; and some at both ends.
      final long number =
          switch (random.nextInt(6)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE + random.nextInt(2);
            default -> random.nextInt(40);
          };
      numbers[place] = number;
      tree.set(place, number);
      assertEquals(number, tree.get(place));
      if (i % 16 == 0 || places < 300) {
        final long min = Arrays.stream(numbers).min().getAsLong();
        assertEquals(min, tree.min());
        assertEquals(
            IntStream.range(0, places).filter(at -> numbers[at] == min).findFirst().getAsInt(),
            tree.minPlace());
      }
    }
  }
}
