package io.tally.bench.compare;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What the living threads of another Java process have allocated on its heap, by its own count. */
final class AllocatedBytes implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection connection;

  private AllocatedBytes(final JMXConnector connector) throws IOException {
    this.connector = connector;
    connection = connector.getMBeanServerConnection();
  }

  static AllocatedBytes attach(final long pid) throws IOException {
    try {
      final VirtualMachine process = VirtualMachine.attach(Long.toString(pid));
      try {
        final JMXServiceURL url = new JMXServiceURL(process.startLocalManagementAgent());
        return new AllocatedBytes(JMXConnectorFactory.connect(url));
      } finally {
        process.detach();
      }
    } catch (final AttachNotSupportedException fault) {
      throw new IOException("process " + pid + " cannot be looked into", fault);
    }
  }

  /** Bytes so far. The question itself costs the process some tens of KiB. */
  long total() throws IOException {
    try {
      final ObjectName threads = new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME);
      final long[] ids = (long[]) connection.getAttribute(threads, "AllThreadIds");
      final long[] bytes =
          (long[])
              connection.invoke(
                  threads,
                  "getThreadAllocatedBytes",
                  new Object[] {ids},
                  new String[] {long[].class.getName()});
      return Arrays.stream(bytes).filter(count -> count > 0).sum();
    } catch (final JMException fault) {
      throw new IOException("the process does not tell what it allocates", fault);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
