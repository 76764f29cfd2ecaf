package io.tally.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpTest {
  @Test
  void shouldUseAConnectionForOneCallOnly() throws IOException {
    final Set<Integer> ports = ConcurrentHashMap.newKeySet();
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          ports.add(exchange.getRemoteAddress().getPort());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      final int port = server.getAddress().getPort();
      Http.post(port, "/counter/c/increment", "");
      Http.get(port, "/counter/c");
      Http.call(port, "DELETE", "/counter/c");
      assertEquals(3, ports.size());
    } finally {
      server.stop(0);
    }
  }
}
