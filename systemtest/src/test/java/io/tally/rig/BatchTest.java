package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.check.Fate;
import io.tally.check.History;
import io.tally.check.IdempotencyChecker;
import io.tally.check.Operation;
import io.tally.system.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BatchTest {
  private final Batch batch = Batch.of(List.of(new Add("a", 1), new Add("b", 2), new Add("a", 3)));
  private final Records records = new Records();

  @Test
  void shouldTellTheFateOfEachItem() {
    attempt(answer(item("a", 1), failed("b", 503, "not_applied"), failed("a", 504, "unknown")));
    assertEquals(
        List.of(Fate.APPLIED, Fate.NOT_APPLIED, Fate.UNKNOWN),
        records.operations().stream().map(Operation::fate).toList());
    assertEquals(List.of("k#0", "k#0", "k#1"), keys());
  }

  @Test
  void shouldBeSettledWhenAllItemsAre() {
    assertEquals(Fate.APPLIED, batch.fate(answer(item("a", 1), item("b", 2), item("a", 4))));
    final String refused = failed("b", 503, "not_applied");
    assertEquals(Fate.NOT_APPLIED, batch.fate(answer(item("a", 1), refused, item("a", 4))));
    final String open = failed("a", 504, "unknown");
    assertEquals(Fate.UNKNOWN, batch.fate(answer(item("a", 1), refused, open)));
  }

  @Test
  void shouldKnowWhichItemsMayRepeatAnAnswer() {
    attempt(answer(item("a", 1), failed("b", 503, "not_applied"), item("a", 4)));
    attempt(answer(item("a", 1), item("b", 2), item("a", 4)));
    assertEquals(
        List.of(), new IdempotencyChecker().check(new History(records.operations(), List.of())));
    attempt(answer(item("a", 1), item("b", 4), item("a", 4)));
    assertEquals(
        1,
        new IdempotencyChecker().check(new History(records.operations(), List.of())).size(),
        "b was added to again");
  }

  @Test
  void shouldNoticeAnAnswerThatLacksAnItem() {
    attempt(answer(item("a", 1), item("b", 2)));
    assertEquals(1, records.complaints().size());
  }

  @Test
  void shouldNoticeAnAtomicBatchThatIsTornApart() {
    final Set<AtomicWrite> writes =
        Set.of(new AtomicWrite(List.of("a", "b"), 4), new AtomicWrite(List.of("a", "b"), 1));
    assertEquals(List.of(), AtomicChecker.check(writes, Map.of("a", value(1), "b", value(17))));
    final List<String> torn = AtomicChecker.check(writes, Map.of("a", value(1), "b", value(5)));
    assertEquals(1, torn.size());
    assertTrue(torn.get(0).contains("power=4"), torn.toString());
  }

  private List<String> keys() {
    return records.operations().stream().map(Operation::idempotencyKey).toList();
  }

  private void attempt(final Answer answer) {
    batch.record(new Attempt("k", 0, 0, 10, batch.fate(answer), answer), records);
  }

  private static Answer answer(final String... items) {
    return new Answer(200, 0, false, false, "", "{\"items\":[" + String.join(",", items) + "]}\n");
  }

  private static Answer value(final long value) {
    return new Answer(200, 7, false, false, "", "{\"counter_id\":\"x\",\"value\":" + value + "}\n");
  }

  private static String item(final String counter, final long value) {
    return "{\"counter_id\":\"" + counter + "\",\"value\":" + value + ",\"incarnation\":\"7\"}";
  }

  private static String failed(final String counter, final int status, final String outcome) {
    return "{\"counter_id\":\""
        + counter
        + "\",\"status\":"
        + status
        + ",\"type\":\"/problems/x\",\"outcome\":\""
        + outcome
        + "\"}";
  }
}
