package io.tally.stock;

import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import io.tally.stock.codecs.CountStockDecoder;
import io.tally.stock.codecs.MessageHeaderEncoder;
import io.tally.stock.codecs.PutStockDecoder;
import io.tally.stock.codecs.PutStockEncoder;
import io.tally.stock.codecs.StockReplyEncoder;
import io.tally.stock.codecs.TakeStockDecoder;
import java.util.List;

/** Puts the stock service on the engine. */
public final class StockDefinition implements ServiceDefinition {
  private static final int REPLY_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + StockReplyEncoder.BLOCK_LENGTH;

  private static final List<MessageType> MESSAGES =
      List.of(
          new MessageType(
              PutStockDecoder.TEMPLATE_ID,
              "PutStock",
              true,
              PutStockDecoder.BLOCK_LENGTH,
              REPLY_LENGTH),
          new MessageType(
              TakeStockDecoder.TEMPLATE_ID,
              "TakeStock",
              true,
              TakeStockDecoder.BLOCK_LENGTH,
              REPLY_LENGTH),
          new MessageType(
              CountStockDecoder.TEMPLATE_ID,
              "CountStock",
              false,
              CountStockDecoder.BLOCK_LENGTH,
              REPLY_LENGTH));

  private final int version;

  /** The service as it is. */
  public StockDefinition() {
    this(PutStockDecoder.SCHEMA_VERSION);
  }

  /**
   * The service as it may be in a later version, in which nothing else has changed.
   *
   * @param version of the schema.
   */
  public StockDefinition(final int version) {
    this.version = version;
  }

  @Override
  public String name() {
    return "stock";
  }

  @Override
  public int schemaId() {
    return PutStockDecoder.SCHEMA_ID;
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public List<MessageType> messages() {
    return MESSAGES;
  }

  @Override
  public int maxCommandLength() {
    return MessageHeaderEncoder.ENCODED_LENGTH + PutStockEncoder.BLOCK_LENGTH;
  }

  @Override
  public ShardService create(final int shardId) {
    return new StockService();
  }
}
