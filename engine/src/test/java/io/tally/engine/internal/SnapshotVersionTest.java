package io.tally.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.engine.internal.snapshot.codecs.KeyDecoder;
import io.tally.engine.internal.snapshot.codecs.KeyEncoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.KeysHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.LaneDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneEncoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyDecoder;
import io.tally.engine.internal.snapshot.codecs.LaneReplyEncoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderDecoder;
import io.tally.engine.internal.snapshot.codecs.MessageHeaderEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardEndDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardEndEncoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadDecoder;
import io.tally.engine.internal.snapshot.codecs.ShardHeadEncoder;
import io.tally.engine.internal.snapshot.codecs.TimerDecoder;
import io.tally.engine.internal.snapshot.codecs.TimerEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Records of version 0 of a snapshot's schema, byte for byte. A change of the schema must go on
 * reading them; while the version is 0, the encoders must also still write them.
 */
@Timeout(10)
final class SnapshotVersionTest {
  private static final String HEAD =
      "22000100f61f0000"
          + "0b0000000000000008070605040302010c00000000000000400000003f00400080000400010049080300";
  private static final String LANE =
      "19000200f61f0000" + "fdffffffffffffff16000000000000004600000000000000ff";
  private static final String LANE_REPLY =
      "14000300f61f0000" + "4d00000000000000080706050403020104c801010600616e73776572";
  private static final String KEYS_HEAD =
      "20000400f61f0000" + "fbffffffffffffff060000000000000040000000000000004200000000000000";
  private static final String KEY =
      "2a000500f61f0000"
          + "4100000000000000f9ffffffffffffff0800000000000000f7ffffffffffffff080706050403020104c80600616e73776572";
  private static final String TIMER =
      "1a000600f61f0000" + "f6ffffffffffffff08070605040302010c000000000000004908";
  private static final String END = "0c000700f61f0000" + "060000000000000098badcfe";

  private static final long TIME_NS = 0x0102030405060708L;

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();

  @Test
  void shouldReadTheHead() {
    final ShardHeadDecoder head =
        new ShardHeadDecoder().wrapAndApplyHeader(WireBytes.of(HEAD), 0, decodedHeader);
    assertEquals(11, head.shardIncarnation());
    assertEquals(TIME_NS, head.timeNs());
    assertEquals(12, head.timerOrder());
    assertEquals(64, head.laneWindow());
    assertEquals(63, head.shardId());
    assertEquals(64, head.shardCount());
    assertEquals(128, head.maxReplyLength());
    final ShardHeadDecoder.ServicesDecoder services = head.services();
    assertEquals(1, services.count());
    services.next();
    assertEquals(2121, services.schemaId());
    assertEquals(3, services.version());
  }

  @Test
  void shouldWriteTheHead() {
    final ShardHeadEncoder head = new ShardHeadEncoder();
    head.wrapAndApplyHeader(buffer, 0, header)
        .shardIncarnation(11)
        .timeNs(TIME_NS)
        .timerOrder(12)
        .laneWindow(64)
        .shardId(63)
        .shardCount(64)
        .maxReplyLength(128)
        .servicesCount(1)
        .next()
        .schemaId(2121)
        .version(3);
    assertEquals(HEAD, WireBytes.hex(buffer, head.encodedLength()));
  }

  @Test
  void shouldReadALane() {
    final LaneDecoder lane =
        new LaneDecoder().wrapAndApplyHeader(WireBytes.of(LANE), 0, decodedHeader);
    assertEquals(-3, lane.originNodeKey());
    assertEquals(22, lane.originIncarnation());
    assertEquals(70, lane.floor());
    assertEquals(255, lane.originLoop());
  }

  @Test
  void shouldWriteALane() {
    final LaneEncoder lane =
        new LaneEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .originNodeKey(-3)
            .originIncarnation(22)
            .floor(70)
            .originLoop((short) 255);
    assertEquals(LANE, WireBytes.hex(buffer, lane.encodedLength()));
  }

  @Test
  void shouldReadAReplyOfALane() {
    final LaneReplyDecoder reply =
        new LaneReplyDecoder().wrapAndApplyHeader(WireBytes.of(LANE_REPLY), 0, decodedHeader);
    assertEquals(77, reply.sequence());
    assertEquals(TIME_NS, reply.untilNs());
    assertEquals(4, reply.code());
    assertEquals(200, reply.serviceCode());
    assertEquals(1, reply.replyFlags());
    assertTrue(reply.flags().kept());
    assertEquals("answer", WireBytes.text(reply.replyLength(), reply::getReply));
  }

  @Test
  void shouldWriteAReplyOfALane() {
    final LaneReplyEncoder reply =
        new LaneReplyEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .sequence(77)
            .untilNs(TIME_NS)
            .code((short) 4)
            .serviceCode((short) 200)
            .replyFlags((short) 1);
    reply.flags().clear().kept(true);
    reply.putReply(WireBytes.ascii("answer"), 0, 6);
    assertEquals(LANE_REPLY, WireBytes.hex(buffer, reply.encodedLength()));
  }

  @Test
  void shouldReadTheHeadOfTheKeys() {
    final KeysHeadDecoder head =
        new KeysHeadDecoder().wrapAndApplyHeader(WireBytes.of(KEYS_HEAD), 0, decodedHeader);
    assertEquals(-5, head.secretA());
    assertEquals(6, head.secretB());
    assertEquals(64, head.firstRow());
    assertEquals(66, head.endRow());
  }

  @Test
  void shouldWriteTheHeadOfTheKeys() {
    final KeysHeadEncoder head =
        new KeysHeadEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .secretA(-5)
            .secretB(6)
            .firstRow(64)
            .endRow(66);
    assertEquals(KEYS_HEAD, WireBytes.hex(buffer, head.encodedLength()));
  }

  @Test
  void shouldReadAKey() {
    final KeyDecoder key = new KeyDecoder().wrapAndApplyHeader(WireBytes.of(KEY), 0, decodedHeader);
    assertEquals(65, key.row());
    assertEquals(-7, key.high());
    assertEquals(8, key.low());
    assertEquals(-9, key.fingerprint());
    assertEquals(TIME_NS, key.timeNs());
    assertEquals(4, key.code());
    assertEquals(200, key.serviceCode());
    assertEquals("answer", WireBytes.text(key.replyLength(), key::getReply));
  }

  @Test
  void shouldWriteAKey() {
    final KeyEncoder key =
        new KeyEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .row(65)
            .high(-7)
            .low(8)
            .fingerprint(-9)
            .timeNs(TIME_NS)
            .code((short) 4)
            .serviceCode((short) 200)
            .putReply(WireBytes.ascii("answer"), 0, 6);
    assertEquals(KEY, WireBytes.hex(buffer, key.encodedLength()));
  }

  @Test
  void shouldReadATimer() {
    final TimerDecoder timer =
        new TimerDecoder().wrapAndApplyHeader(WireBytes.of(TIMER), 0, decodedHeader);
    assertEquals(-10, timer.timerId());
    assertEquals(TIME_NS, timer.dueNs());
    assertEquals(12, timer.order());
    assertEquals(2121, timer.schemaId());
  }

  @Test
  void shouldWriteATimer() {
    final TimerEncoder timer =
        new TimerEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .timerId(-10)
            .dueNs(TIME_NS)
            .order(12)
            .schemaId(2121);
    assertEquals(TIMER, WireBytes.hex(buffer, timer.encodedLength()));
  }

  @Test
  void shouldReadTheEnd() {
    final ShardEndDecoder end =
        new ShardEndDecoder().wrapAndApplyHeader(WireBytes.of(END), 0, decodedHeader);
    assertEquals(6, end.recordCount());
    assertEquals(0xFEDCBA98L, end.digest());
  }

  @Test
  void shouldWriteTheEnd() {
    final ShardEndEncoder end =
        new ShardEndEncoder()
            .wrapAndApplyHeader(buffer, 0, header)
            .recordCount(6)
            .digest(0xFEDCBA98L);
    assertEquals(END, WireBytes.hex(buffer, end.encodedLength()));
  }
}
