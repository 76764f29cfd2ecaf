package io.tally.testkit;

import io.tally.engine.ServiceReply;
import org.agrona.DirectBuffer;

/** A service whose process may stand still in each call to it. */
final class PausingService extends ForwardingService {
  private final ProcessExecution execution;
  private final Runnable onApplied;

  /** Before each call the runnable runs. */
  PausingService(
      final TimedService service, final ProcessExecution execution, final Runnable onApplied) {
    super(service);
    this.execution = execution;
    this.onApplied = onApplied;
  }

  @Override
  public void onCommand(
      final long timeNs,
      final long entityHash,
      final int templateId,
      final DirectBuffer buffer,
      final int offset,
      final int length,
      final ServiceReply reply) {
    onApplied.run();
    execution.touch();
    super.onCommand(timeNs, entityHash, templateId, buffer, offset, length, reply);
    execution.touch();
  }

  @Override
  public void onTimer(final long timeNs, final long timerId) {
    onApplied.run();
    execution.touch();
    super.onTimer(timeNs, timerId);
    execution.touch();
  }
}
