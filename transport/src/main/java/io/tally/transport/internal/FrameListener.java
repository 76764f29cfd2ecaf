package io.tally.transport.internal;

/** Receives the frames of one subscription. */
public interface FrameListener {
  /**
   * A frame has arrived. Called on a thread of the carrier or of the publisher; must not block or
   * throw.
   *
   * @param frame the bytes of the frame. Other receivers may share them: they are read, never
   *     changed.
   */
  void onFrame(byte[] frame);
}
