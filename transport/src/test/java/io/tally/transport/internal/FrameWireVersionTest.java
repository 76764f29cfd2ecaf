package io.tally.transport.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.transport.internal.codecs.FrameHeaderDecoder;
import io.tally.transport.internal.codecs.FrameHeaderEncoder;
import io.tally.transport.internal.codecs.HelloDecoder;
import io.tally.transport.internal.codecs.HelloEncoder;
import io.tally.transport.internal.codecs.MessageHeaderDecoder;
import io.tally.transport.internal.codecs.MessageHeaderEncoder;
import io.tally.transport.internal.codecs.NodeState;
import io.tally.transport.internal.codecs.ShardIncarnationsDecoder;
import io.tally.transport.internal.codecs.ShardIncarnationsEncoder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages of versions 1 and 2 of the link's schema, byte for byte. A change of the schema must go
 * on reading them; while the version is 2, the encoders must also still write those of 2. Those of
 * version 0 are refused.
 */
@Timeout(10)
final class FrameWireVersionTest {
  private static final String FRAME_HEADER_OF_VERSION_0 =
      "2a000100f51f0000"
          + "88776655443322117b68e5cf8b0100002a000000000000002900000000000000"
          + "f9ffffffffffffff0300";
  private static final String HELLO_OF_VERSION_0 =
      "3d000200f51f0000"
          + "feffffffffffffff7b68e5cf8b01000021436587a9cbed0f00806e8774010000"
          + "006fe23a8b01000000f4a92b8001000000ca9a3b000000000001010101066e6f64652d33";
  private static final String HELLO_OF_VERSION_1 =
      "4f000200f41f0100"
          + "feffffffffffffff7b68e5cf8b01000021436587a9cbed0f00806e8774010000"
          + "006fe23a8b01000000f4a92b800100000798f73e5d0100000500000000000000"
          + "00ca9a3b0000000001000200010101"
          + "04000249080300feff0400066e6f64652d33";
  private static final String HELLO =
      "5f000200f41f0200"
          + "feffffffffffffff7b68e5cf8b01000021436587a9cbed0f00806e8774010000"
          + "006fe23a8b01000000f4a92b800100000798f73e5d0100000500000000000000"
          + "00ca9a3b0000000001000200010101"
          + "11000000000000001200000000000000"
          + "04000249080300feff0400066e6f64652d33";

  /** What did not change since version 1, but for the version in the header. */
  private static final String FRAME_HEADER =
      "2a000100f41fVV00"
          + "88776655443322117b68e5cf8b0100002a000000000000002900000000000000"
          + "f9ffffffffffffff0300";

  private static final String SHARD_INCARNATIONS =
      "08000500f41fVV00" + "05000000000000000a000200" + "7b68e5cf8b01000007000798f73e5d010000ff0f";

  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MessageHeaderDecoder decodedHeader = new MessageHeaderDecoder();

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldReadAFrameHeader(final int version) {
    final FrameHeaderDecoder decoder =
        new FrameHeaderDecoder()
            .wrapAndApplyHeader(of(inVersion(version, FRAME_HEADER)), 0, decodedHeader);
    assertEquals(0x1122334455667788L, decoder.sourceKey());
    assertEquals(1_700_000_000_123L, decoder.sourceIncarnation());
    assertEquals(42, decoder.frameNumber());
    assertEquals(41, decoder.ackedFrame());
    assertEquals(-7, decoder.clockNs());
    assertEquals(3, decoder.messageCount());
  }

  @Test
  void shouldWriteAFrameHeaderOfVersion2() {
    final FrameHeaderEncoder encoder = new FrameHeaderEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .sourceKey(0x1122334455667788L)
        .sourceIncarnation(1_700_000_000_123L)
        .frameNumber(42)
        .ackedFrame(41)
        .clockNs(-7)
        .messageCount(3);
    assertEquals(inVersion(2, FRAME_HEADER), hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldReadAHelloOfVersion1() {
    final HelloDecoder decoder = readHello(HELLO_OF_VERSION_1);
    assertEquals(HelloDecoder.generationNullValue(), decoder.generation());
    assertEquals(HelloDecoder.knownGenerationNullValue(), decoder.knownGeneration());
    assertTrue(HelloDecoder.generationNullValue() < 0, "reads as none");
  }

  @Test
  void shouldReadAHelloOfVersion2() {
    final HelloDecoder decoder = readHello(HELLO);
    assertEquals(17, decoder.generation());
    assertEquals(18, decoder.knownGeneration());
  }

  private HelloDecoder readHello(final String hello) {
    final HelloDecoder decoder = new HelloDecoder().wrapAndApplyHeader(of(hello), 0, decodedHeader);
    assertEquals(-2, decoder.nodeKey());
    assertEquals(1_700_000_000_123L, decoder.incarnation());
    assertEquals(0x0FEDCBA987654321L, decoder.fingerprint());
    assertEquals(1_600_000_000_000L, decoder.knownIncarnation());
    assertEquals(1_697_500_000_000L, decoder.wallClockMs());
    assertEquals(1_650_000_000_000L, decoder.knownWallClockMs());
    assertEquals(1_500_000_000_007L, decoder.knownShardIncarnation());
    assertEquals(5, decoder.knownAnnouncement());
    assertEquals(1_000_000_000L, decoder.requestTimeoutNs());
    assertEquals(1, decoder.lowestProtocol());
    assertEquals(2, decoder.highestProtocol());
    assertEquals(NodeState.READY, decoder.state());
    assertEquals(1, decoder.answer());
    assertEquals(1, decoder.resolved());
    final List<String> services = new ArrayList<>();
    for (final HelloDecoder.ServicesDecoder service : decoder.services()) {
      services.add(service.schemaId() + " " + service.version());
    }
    assertEquals(List.of("2121 3", "65534 4"), services);
    final byte[] nodeId = new byte[decoder.nodeIdLength()];
    decoder.getNodeId(nodeId, 0, nodeId.length);
    assertEquals("node-3", new String(nodeId, US_ASCII));
    return decoder;
  }

  @Test
  void shouldWriteAHelloOfVersion2() {
    final HelloEncoder encoder = new HelloEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .nodeKey(-2)
        .incarnation(1_700_000_000_123L)
        .fingerprint(0x0FEDCBA987654321L)
        .knownIncarnation(1_600_000_000_000L)
        .wallClockMs(1_697_500_000_000L)
        .knownWallClockMs(1_650_000_000_000L)
        .knownShardIncarnation(1_500_000_000_007L)
        .knownAnnouncement(5)
        .requestTimeoutNs(1_000_000_000L)
        .lowestProtocol(1)
        .highestProtocol(2)
        .state(NodeState.READY)
        .answer((short) 1)
        .resolved((short) 1)
        .generation(17)
        .knownGeneration(18)
        .servicesCount(2)
        .next()
        .schemaId(2121)
        .version(3)
        .next()
        .schemaId(65_534)
        .version(4);
    encoder.putNodeId("node-3".getBytes(US_ASCII), 0, 6);
    assertEquals(HELLO, hex(buffer, encoder.encodedLength()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldReadShardIncarnations(final int version) {
    final ShardIncarnationsDecoder decoder =
        new ShardIncarnationsDecoder()
            .wrapAndApplyHeader(of(inVersion(version, SHARD_INCARNATIONS)), 0, decodedHeader);
    assertEquals(5, decoder.number());
    final List<String> shards = new ArrayList<>();
    for (final ShardIncarnationsDecoder.ShardsDecoder shard : decoder.shards()) {
      shards.add(shard.shardId() + " " + shard.incarnation());
    }
    assertEquals(List.of("7 1700000000123", "4095 1500000000007"), shards);
  }

  @Test
  void shouldWriteShardIncarnationsOfVersion2() {
    final ShardIncarnationsEncoder encoder = new ShardIncarnationsEncoder();
    encoder
        .wrapAndApplyHeader(buffer, 0, header)
        .number(5)
        .shardsCount(2)
        .next()
        .incarnation(1_700_000_000_123L)
        .shardId(7)
        .next()
        .incarnation(1_500_000_000_007L)
        .shardId(4095);
    assertEquals(inVersion(2, SHARD_INCARNATIONS), hex(buffer, encoder.encodedLength()));
  }

  @Test
  void shouldRefuseWhatVersion0Said() {
    final byte[] header = HexFormat.of().parseHex(FRAME_HEADER_OF_VERSION_0);
    final byte[] hello = HexFormat.of().parseHex(HELLO_OF_VERSION_0);
    final UnsafeBuffer frame = new UnsafeBuffer(new byte[header.length + 4 + hello.length]);
    frame.putBytes(0, header);
    frame.putInt(header.length, hello.length, LITTLE_ENDIAN);
    frame.putBytes(header.length + 4, hello);
    final InboundFrame inbound = new InboundFrame();
    assertEquals(FrameRefusal.VERSION, inbound.wrap(frame.byteArray()));
    assertEquals(0x1122334455667788L, inbound.sourceKey());
    assertEquals(1_700_000_000_123L, inbound.sourceIncarnation());
  }

  private static String inVersion(final int version, final String message) {
    return message.replace("VV", "0" + version);
  }

  private static UnsafeBuffer of(final String hex) {
    return new UnsafeBuffer(HexFormat.of().parseHex(hex));
  }

  private static String hex(final UnsafeBuffer buffer, final int bodyLength) {
    final byte[] written = new byte[MessageHeaderEncoder.ENCODED_LENGTH + bodyLength];
    buffer.getBytes(0, written);
    return HexFormat.of().formatHex(written);
  }
}
