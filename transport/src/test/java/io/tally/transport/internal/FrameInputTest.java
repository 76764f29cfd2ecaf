package io.tally.transport.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameInputTest {
  private static final String STREAM =
      "INFO {\"max_payload\":1048576}\r\n"
          + "MSG tally.a f1 5\r\nhello\r\n"
          + "PING\r\n"
          + "MSG tally.b f2 _INBOX.x 17\r\nMSG a f1 1\r\nx\r\nyz\r\n"
          + "MSG tally.a f1 0\r\n\r\n"
          + "MSG tally.c f3 4\r\nlost\r\n"
          + "-ERR 'no'\r\n"
          + "MSG tally.a f1 2\r\n\r\n\r\n"
          + "PONG\r\n";

  private final List<String> first = new ArrayList<>();
  private final List<String> second = new ArrayList<>();

  private FrameInput input(final String stream, final int readBytes) {
    final ByteArrayInputStream bytes = new ByteArrayInputStream(stream.getBytes(ISO_8859_1));
    final FrameInput input =
        new FrameInput(
            (target, offset, length) -> bytes.read(target, offset, Math.min(length, readBytes)));
    input.add("f1", frame -> first.add(new String(frame, ISO_8859_1)));
    input.add("f2", frame -> second.add(new String(frame, ISO_8859_1)));
    return input;
  }

  private static String readAll(final FrameInput input, final int targetBytes) throws IOException {
    final byte[] target = new byte[targetBytes + 1];
    final StringBuilder read = new StringBuilder();
    int count;
    while ((count = input.read(target, 1, targetBytes)) >= 0) {
      read.append(new String(target, 1, count, ISO_8859_1));
    }
    return read.toString();
  }

  @Test
  void framesGoToTheirListenersAndAllElseToTheReaderHoweverTheStreamIsCut() throws IOException {
    for (int readBytes = 1; readBytes <= STREAM.length(); readBytes++) {
      for (final int targetBytes : new int[] {1, 3, 1_000}) {
        first.clear();
        second.clear();
        assertEquals(
            "INFO {\"max_payload\":1048576}\r\nPING\r\n-ERR 'no'\r\nPONG\r\n",
            readAll(input(STREAM, readBytes), targetBytes));
        assertEquals(List.of("hello", "", "\r\n"), first);
        assertEquals(List.of("MSG a f1 1\r\nx\r\nyz"), second);
      }
    }
  }

  @Test
  void tellsWhetherMoreFollowedALine() throws IOException {
    final FrameInput one = input("INFO {}\r\n", 100);
    one.read(new byte[100], 0, 100);
    assertTrue(one.isEmpty());
    final FrameInput more = input("INFO {}\r\nP", 100);
    more.read(new byte[100], 0, 100);
    assertFalse(more.isEmpty());
  }

  @Test
  void framesOfAnEndedSubscriptionAreDropped() throws IOException {
    final FrameInput input = input(STREAM, STREAM.length());
    input.remove("f1");
    readAll(input, 1_000);
    assertEquals(List.of(), first);
    assertEquals(1, second.size());
  }

  @Test
  void longLinesAndFramesPassWhole() throws IOException {
    final String info = "INFO " + "x".repeat(200_000) + "\r\n";
    final String frame = "y".repeat(300_000);
    final String stream = info + "MSG a f1 " + frame.length() + "\r\n" + frame + "\r\nPONG\r\n";
    assertEquals(info + "PONG\r\n", readAll(input(stream, 50_000), 1_000));
    assertEquals(List.of(frame), first);
  }

  @Test
  void partsThatAreReadToWhereTheyStayAndPartsThatAreCopiedMakeTheWholeFrame() throws IOException {
    final List<String> frames = new ArrayList<>();
    final StringBuilder stream = new StringBuilder();
    for (final int length : new int[] {4_095, 4_096, 4_097, 70_000, 1, 131_072, 8_192}) {
      final StringBuilder frame = new StringBuilder();
      for (int i = 0; frame.length() < length; i++) {
        frame.append(i).append(frames.size() % 2 == 0 ? "\r\n" : ",");
      }
      frame.setLength(length);
      frames.add(frame.toString());
      stream.append("MSG a f1 ").append(length).append("\r\n").append(frame).append("\r\n");
      stream.append("PING\r\n");
    }
    for (final int readBytes : new int[] {1, 13, 4_095, 4_096, 20_000, 65_536, 1_000_000}) {
      first.clear();
      assertEquals(
          "PING\r\n".repeat(frames.size()), readAll(input(stream.toString(), readBytes), 1_000));
      assertEquals(frames, first);
    }
  }

  @Test
  void aStreamThatEndsWithinAFrameDeliversNoneOfIt() throws IOException {
    final String stream = "MSG a f1 70000\r\n" + "x".repeat(60_000);
    for (final int readBytes : new int[] {1, 30_000, 65_536}) {
      assertEquals("", readAll(input(stream, readBytes), 1_000));
      assertEquals(List.of(), first);
    }
  }

  @Test
  void whatIsNoMessageEndsTheConnection() {
    for (final String line : List.of("", "a", "a f1", "a f1 x", "a f1 -1")) {
      final FrameInput input = input("MSG " + line + "\r\n", 100);
      assertThrows(IOException.class, () -> input.read(new byte[10], 0, 10), line);
    }
    final FrameInput endless = new FrameInput((target, offset, length) -> length);
    assertThrows(IOException.class, () -> endless.read(new byte[10], 0, 10));
  }
}
