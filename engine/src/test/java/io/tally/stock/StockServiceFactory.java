package io.tally.stock;

import io.tally.engine.ShardService;
import io.tally.engine.ShardServiceFactory;
import io.tally.stock.codecs.MessageHeaderEncoder;
import io.tally.stock.codecs.PutStockDecoder;
import io.tally.stock.codecs.PutStockEncoder;
import io.tally.stock.codecs.StockReplyEncoder;
import io.tally.stock.codecs.TakeStockDecoder;
import java.util.List;

/** Puts the stock service on the engine. */
public final class StockServiceFactory implements ShardServiceFactory {
  @Override
  public int schemaId() {
    return PutStockDecoder.SCHEMA_ID;
  }

  @Override
  public int version() {
    return PutStockDecoder.SCHEMA_VERSION;
  }

  @Override
  public ShardService create(final int shardId) {
    return new StockService();
  }

  @Override
  public int maxCommandLength() {
    return MessageHeaderEncoder.ENCODED_LENGTH + PutStockEncoder.BLOCK_LENGTH;
  }

  @Override
  public int maxReplyLength() {
    return MessageHeaderEncoder.ENCODED_LENGTH + StockReplyEncoder.BLOCK_LENGTH;
  }

  @Override
  public List<String> messageTypes() {
    return List.of("PutStock", "TakeStock", "CountStock");
  }

  @Override
  public boolean isWrite(final int templateId) {
    return templateId == PutStockDecoder.TEMPLATE_ID || templateId == TakeStockDecoder.TEMPLATE_ID;
  }
}
