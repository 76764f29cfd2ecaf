package io.tally.stock;

import io.tally.stock.codecs.MessageHeaderDecoder;
import io.tally.stock.codecs.StockReplyDecoder;
import io.tally.stock.codecs.Taken;
import org.agrona.DirectBuffer;

/** Reads the stock service's answers. Not thread-safe; the values stand until the next wrap. */
public final class StockReplyAdapter {
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final StockReplyDecoder reply = new StockReplyDecoder();

  /**
   * Decodes an answer.
   *
   * @param buffer holds the answer.
   * @param offset of the answer.
   * @param length of the answer in bytes.
   * @return false if these bytes are no stock reply.
   */
  public boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
    if (length < MessageHeaderDecoder.ENCODED_LENGTH + StockReplyDecoder.BLOCK_LENGTH) {
      return false;
    }
    header.wrap(buffer, offset);
    if (header.schemaId() != StockReplyDecoder.SCHEMA_ID
        || header.templateId() != StockReplyDecoder.TEMPLATE_ID) {
      return false;
    }
    reply.wrapAndApplyHeader(buffer, offset, header);
    return true;
  }

  /**
   * The item that was asked for.
   *
   * @return its id.
   */
  public long itemId() {
    return reply.itemId();
  }

  /**
   * What is left of the item after the command.
   *
   * @return the quantity.
   */
  public long left() {
    return reply.left();
  }

  /**
   * Changes of all stocks of the shard before the answer.
   *
   * @return the number; of two answers of one life of a shard the older one has the smaller one.
   */
  public long changeCount() {
    return reply.changeCount();
  }

  /**
   * Whether the quantity asked for was taken.
   *
   * @return false also where the command took nothing.
   */
  public boolean isTaken() {
    return reply.taken() == Taken.YES;
  }
}
