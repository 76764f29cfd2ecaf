package io.tally.transport.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * A context whose sockets take a certificate only if it bears the server's name. jnats checks only
 * that the certificate has a signature it trusts, so that anybody's certificate would do.
 */
final class NamedTlsContext extends SSLContext {
  NamedTlsContext(final SSLContext context, final String name) {
    super(new Spi(context, name), context.getProvider(), context.getProtocol());
  }

  private static final class Spi extends SSLContextSpi {
    private final SSLContext context;
    private final String name;

    Spi(final SSLContext context, final String name) {
      this.context = context;
      this.name = name;
    }

    @Override
    protected void engineInit(
        final KeyManager[] keys, final TrustManager[] trust, final SecureRandom random)
        throws KeyManagementException {
      context.init(keys, trust, random);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return new Factory(context.getSocketFactory(), name);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return context.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return context.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(final String host, final int port) {
      return context.createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context.getClientSessionContext();
    }
  }

  private static final class Factory extends SSLSocketFactory {
    private final SSLSocketFactory factory;
    private final String name;

    Factory(final SSLSocketFactory factory, final String name) {
      this.factory = factory;
      this.name = name;
    }

    private static Socket checking(final Socket socket) {
      final SSLSocket secure = (SSLSocket) socket;
      final SSLParameters parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secure.setSSLParameters(parameters);
      return secure;
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return factory.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(
        final Socket plain, final String host, final int port, final boolean autoClose)
        throws IOException {
      return checking(factory.createSocket(plain, name, port, autoClose));
    }

    @Override
    public Socket createSocket(final String host, final int port) throws IOException {
      return checking(factory.createSocket(host, port));
    }

    @Override
    public Socket createSocket(
        final String host, final int port, final InetAddress localHost, final int localPort)
        throws IOException {
      return checking(factory.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(final InetAddress host, final int port) throws IOException {
      return checking(factory.createSocket(host, port));
    }

    @Override
    public Socket createSocket(
        final InetAddress host, final int port, final InetAddress localHost, final int localPort)
        throws IOException {
      return checking(factory.createSocket(host, port, localHost, localPort));
    }
  }
}
