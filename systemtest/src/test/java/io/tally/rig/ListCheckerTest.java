package io.tally.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.check.Fate;
import io.tally.system.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ListCheckerTest {
  private static final Map<String, Answer> READ = Map.of("a", value(1), "b", value(0));

  private final Records records = new Records();

  @Test
  void shouldPassWhatIsListedAsItIsRead() {
    assertEquals(List.of(), ListChecker.check(List.of(item("a", 1), item("other", 5)), READ));
    assertEquals(List.of(), ListChecker.check(List.of(item("a", 1), item("b", 0)), READ));
  }

  @Test
  void shouldFindWhatIsMissingWrongOrTwice() {
    assertFound("a is not listed", item("b", 0));
    assertFound("read as", item("a", 2));
    assertFound("listed twice", item("a", 1), item("a", 1));
  }

  @Test
  void shouldReadAPageAndWhereTheNextOneBegins() {
    final Page page = new Page("p", 2, "");
    final Answer answer = page("{\"counter_id\":\"p1\",\"value\":-3,\"ttl_ms\":5}", "p2");
    assertEquals(List.of(item("p1", -3), item("p2", 1)), Listed.of(answer));
    assertEquals(new Page("p", 2, "c1"), page.next(answer));
    page.record(attempt(page, answer), records);
    assertEquals(List.of(), records.complaints());
  }

  @Test
  void shouldNoticeAPageThatIsWrongByItself() {
    final Page page = new Page("p", 2, "");
    final String first = "{\"counter_id\":\"p1\",\"value\":1}";
    page.record(attempt(page, page(first, "q")), records);
    page.record(attempt(page, page(first, "p1")), records);
    page.record(attempt(page, page(first + "," + first.replace("1", "3"), "p2")), records);
    assertEquals(3, records.complaints().size());
  }

  private static void assertFound(final String text, final Listed... listed) {
    final List<String> violations = ListChecker.check(List.of(listed), READ);
    assertEquals(1, violations.size(), violations::toString);
    assertTrue(violations.get(0).contains(text), violations::toString);
  }

  private static Attempt attempt(final Call call, final Answer answer) {
    final Fate fate = call.fate(answer);
    return new Attempt("", 0, 0, 10, fate, answer);
  }

  private static Listed item(final String counter, final long value) {
    return new Listed(counter, value);
  }

  private static Answer page(final String items, final String last) {
    return new Answer(
        200,
        0,
        false,
        false,
        "",
        "{\"items\":["
            + items
            + ",{\"counter_id\":\""
            + last
            + "\",\"value\":1}],\"next\":\"c1\"}");
  }

  private static Answer value(final long value) {
    return new Answer(200, 7, false, false, "", "{\"counter_id\":\"x\",\"value\":" + value + "}");
  }
}
