package io.tally.testkit;

import io.tally.transport.internal.FrameCarrier;
import io.tally.transport.internal.FrameListener;
import io.tally.transport.internal.LinkWitness;
import io.tally.transport.internal.NatsSession;
import java.io.IOException;
import java.util.Arrays;

/** The session as the NATS carrier shows it; its process may stand still in each call. */
record PausingCarrier(
    ProcessExecution execution, NatsSession session, LinkWitness witness, ProcessListener commands)
    implements FrameCarrier {
  private static final long CONFIRM_NS = 5_000 * Settings.MS;

  @Override
  public Subscription subscribe(final String subject, final FrameListener listener)
      throws IOException {
    execution.touch();
    final boolean[] confirmed = {false};
    final Subscription subscription =
        session.subscribe(
            subject,
            frame -> {
              final byte[] copy = frame.clone();
              witness.onArrived(copy);
              listener.onFrame(copy);
            },
            () -> confirmed[0] = true);
    execution.block(CONFIRM_NS, () -> confirmed[0]);
    if (!confirmed[0]) {
      subscription.close();
      throw new IOException("not confirmed");
    }
    return subscription;
  }

  @Override
  public boolean publish(final String subject, final byte[] memory, final int length) {
    final byte[] frame = Arrays.copyOf(memory, length);
    witness.onPublish(subject, frame);
    FrameWalk.overDeadlines(frame, deadlineNs -> commands.onCommand(subject, deadlineNs));
    execution.touch();
    final boolean published = session.publish(subject, memory, length);
    if (published) {
      witness.onPublished(subject, frame);
    }
    execution.touch();
    return published;
  }

  @Override
  public void flush() {
    execution.touch();
    session.flush();
    execution.touch();
  }

  @Override
  public boolean isConnected() {
    execution.touch();
    return session.isConnected();
  }

  @Override
  public long maxFrameBytes() {
    witness.onFrame();
    execution.touch();
    return session.maxFrameBytes();
  }

  @Override
  public long listenNs() {
    return session.listenNs();
  }

  @Override
  public String fault() {
    return session.fault();
  }
}
