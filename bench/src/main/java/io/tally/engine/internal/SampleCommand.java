package io.tally.engine.internal;

import io.tally.bench.KeyWalk;
import io.tally.counter.codecs.IncrementEncoder;
import io.tally.counter.codecs.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** An increment of a 16-byte id, as an ingress holds it before it encodes the command. */
final class SampleCommand {
  static final long INCARNATION = 7;
  static final int MAX_PAYLOAD_LENGTH = 512;
  static final int REMAINING_US = 1_000_000;

  final UnsafeBuffer slots =
      new UnsafeBuffer(new byte[MAX_PAYLOAD_LENGTH + CommandLayout.MAX_IDEMPOTENCY_KEY_LENGTH]);
  final PendingRequest request = new PendingRequest(0, slots.capacity(), MAX_PAYLOAD_LENGTH, slots);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final IncrementEncoder increment = new IncrementEncoder();

  SampleCommand() {
    request.write = true;
    request.shardIncarnation = INCARNATION;
    address(new KeyWalk(1));
  }

  /** Aims the command at the current key. */
  void address(final KeyWalk keys) {
    increment
        .wrapAndApplyHeader(slots, request.payloadOffset, header)
        .amount(1)
        .putCounterId(keys.ids(), keys.offset(), KeyWalk.ID_BYTES);
    request.payloadLength = MessageHeaderEncoder.ENCODED_LENGTH + increment.encodedLength();
    request.placementHash = keys.hash();
    request.entityHash = keys.hash();
  }

  int encodedLength() {
    return CommandLayout.encodedLength(request.idempotencyKeyLength, request.payloadLength);
  }
}
