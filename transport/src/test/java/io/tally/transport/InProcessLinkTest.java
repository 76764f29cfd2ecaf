package io.tally.transport;

class InProcessLinkTest extends NodeLinkContract {
  @Override
  FrameCarrier carrier() {
    return new InProcessCarrier();
  }
}
