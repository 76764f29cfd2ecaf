package io.tally.transport.internal;

class InProcessLinkTest extends NodeLinkContract {
  @Override
  FrameCarrier carrier() {
    return new InProcessCarrier();
  }
}
