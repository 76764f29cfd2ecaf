package io.tally.store.internal;

import io.tally.engine.MessageHeaderWord;
import io.tally.store.internal.codecs.ManifestDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A small file of one message with its checksum behind it, which is there whole or not at all. */
final class SealedFile {
  /**
   * The longest file, far above the manifest of a node that owns all shards of the largest cluster.
   */
  private static final int MAX_LENGTH = 1 << 24;

  private static final int MIN_LENGTH = MessageHeaderWord.ENCODED_LENGTH + Checksum.LENGTH;

  private SealedFile() {}

  /** Has the message under its name on the disk when it returns. */
  static void write(
      final Disk disk, final String name, final ExpandableArrayBuffer message, final int length)
      throws IOException {
    final CRC32C checksum = new CRC32C();
    checksum.update(message.byteArray(), 0, length);
    Checksum.put(message, length, checksum);
    writeBytes(disk, name, ByteBuffer.wrap(message.byteArray(), 0, length + Checksum.LENGTH));
  }

  /** Writes a file like {@link #write}, without a checksum. */
  static void writeBytes(final Disk disk, final String name, final ByteBuffer bytes)
      throws IOException {
    final String temporary = FileNames.temporary(name);
    try (Disk.Output output = disk.create(temporary)) {
      output.write(bytes);
      output.force();
    }
    disk.rename(temporary, name);
    disk.forceFolder("");
  }

  /** Reads a file and checks it. */
  static UnsafeBuffer read(final Disk disk, final String name, final int templateId)
      throws StoreException {
    final byte[] bytes;
    try (Disk.Input input = disk.open(name)) {
      final long length = input.length();
      if (length < MIN_LENGTH || length > MAX_LENGTH) {
        throw StoreException.of(disk, name, "is damaged: it has " + length + " bytes");
      }
      bytes = new byte[(int) length];
      input.read(ByteBuffer.wrap(bytes), 0);
    } catch (final IOException fault) {
      throw StoreException.of(disk, name, fault);
    }
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    final String header = headerFault(MessageHeaderWord.get(buffer, 0), templateId);
    if (header != null) {
      throw StoreException.of(disk, name, header);
    }
    final int length = bytes.length - Checksum.LENGTH;
    final CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    if (!Checksum.fits(buffer, length, checksum)) {
      throw StoreException.of(disk, name, "is damaged: its checksum does not fit");
    }
    return new UnsafeBuffer(bytes, 0, length);
  }

  /** What is wrong with the header of a message; null if nothing is. */
  static String headerFault(final long header, final int templateId) {
    if (MessageHeaderWord.schemaId(header) != ManifestDecoder.SCHEMA_ID
        || MessageHeaderWord.templateId(header) != templateId) {
      return "is damaged, or was not written by Tally: its first bytes do not fit";
    }
    final int version = MessageHeaderWord.version(header);
    return version > ManifestDecoder.SCHEMA_VERSION
        ? "has format version "
            + version
            + ", and this build reads up to "
            + ManifestDecoder.SCHEMA_VERSION
        : null;
  }
}
