package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
  @Test
  void shouldWriteAllKindsOfValues() {
    assertEquals(
        "[{\"a \\\"b\\\"\":\"\\\\ \\n \\u0001 ü\"},-9223372036854775808,true,null,[],{},{\"x\":1}]",
        JsonText.of(
            Arrays.asList(
                Map.of("a \"b\"", "\\ \n \u0001 ü"),
                Long.MIN_VALUE,
                true,
                null,
                Arrays.asList(),
                Map.of(),
                new JsonText.Raw("{\"x\":1}"))));
  }

  @Test
  void shouldRefuseWhatIsNoJson() {
    assertThrows(IllegalArgumentException.class, () -> JsonText.of(new Object()));
  }
}
