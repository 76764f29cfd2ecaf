package io.tally.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpDateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          784111777000    | Sun, 06 Nov 1994 08:49:37 GMT
          784111777999    | Sun, 06 Nov 1994 08:49:37 GMT
          0               | Thu, 01 Jan 1970 00:00:00 GMT
          951868799000    | Tue, 29 Feb 2000 23:59:59 GMT
          253402300799999 | Fri, 31 Dec 9999 23:59:59 GMT
          """)
  void shouldWriteTheTimeAsTheStandardSays(final long epochMs, final String expected) {
    assertEquals(expected, HttpDate.format(epochMs));
  }

  @Test
  void shouldWriteAnyTimeAsNettyDoes() {
    final SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      final long epochMs = random.nextLong(253_402_300_800_000L);
      assertEquals(DateFormatter.format(new Date(epochMs)), HttpDate.format(epochMs));
    }
  }
}
