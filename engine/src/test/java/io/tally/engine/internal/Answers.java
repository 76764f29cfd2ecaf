package io.tally.engine.internal;

import io.tally.engine.Outcome;
import io.tally.engine.ReplyHandler;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Keeps the answers that a test's requests got, in order. */
final class Answers implements ReplyHandler {
  record Answer(
      long cookie, Outcome outcome, long shardIncarnation, long itemId, long left, boolean taken) {}

  final List<Answer> all = new ArrayList<>();

  @Override
  public void onReply(
      final long cookie,
      final Outcome outcome,
      final int serviceCode,
      final long shardIncarnation,
      final boolean replayed,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    if (length == 0) {
      all.add(new Answer(cookie, outcome, shardIncarnation, -1, -1, false));
      return;
    }
    final StockService.Reply reply = StockService.Reply.read(buffer, offset, length);
    if (reply == null) {
      throw new AssertionError("not a stock reply of " + length + " bytes");
    }
    all.add(
        new Answer(
            cookie, outcome, shardIncarnation, reply.itemId(), reply.left(), reply.isTaken()));
  }

  Answer last() {
    return all.get(all.size() - 1);
  }

  List<Outcome> outcomes() {
    return all.stream().map(Answer::outcome).toList();
  }

  List<Long> cookies() {
    return all.stream().map(Answer::cookie).toList();
  }

  List<Long> lefts() {
    return all.stream().map(Answer::left).toList();
  }
}
