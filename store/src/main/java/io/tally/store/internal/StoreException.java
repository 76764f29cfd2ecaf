package io.tally.store.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a node's state cannot be read or written: one line for its operator, with the file. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private StoreException(final String message, final Throwable cause) {
    super(message, cause);
  }

  static StoreException of(final Disk disk, final String name, final String reason) {
    return new StoreException(disk.path(name) + " " + reason, null);
  }

  static StoreException of(final Disk disk, final String name, final Exception cause) {
    return new StoreException(disk.path(name) + " " + reason(cause), cause);
  }

  /** Messages of the Java library often are the path alone. */
  private static String reason(final Exception cause) {
    if (cause instanceof NoSuchFileException) {
      return "is missing";
    }
    if (cause instanceof AccessDeniedException) {
      return "may not be read or written by this user";
    }
    if (cause instanceof FileSystemException) {
      final String reason = ((FileSystemException) cause).getReason();
      return "cannot be used: " + (reason == null ? cause : reason);
    }
    return cause instanceof IOException
        ? "cannot be read or written: " + (cause.getMessage() == null ? cause : cause.getMessage())
        : "is refused: " + cause.getMessage();
  }
}
