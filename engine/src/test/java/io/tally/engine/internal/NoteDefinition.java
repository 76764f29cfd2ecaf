package io.tally.engine.internal;

import io.tally.engine.Budget;
import io.tally.engine.MessageHeaderWord;
import io.tally.engine.MessageType;
import io.tally.engine.ServiceDefinition;
import io.tally.engine.ShardService;
import java.util.ArrayList;
import java.util.List;

/** Puts the {@link NoteService} on the engine. */
final class NoteDefinition implements ServiceDefinition {
  static final int MAX_TIMERS = 8;

  final List<NoteService> services = new ArrayList<>();
  private final Budget budget;

  NoteDefinition(final Budget budget) {
    this.budget = budget;
  }

  @Override
  public String name() {
    return "note";
  }

  @Override
  public int schemaId() {
    return NoteService.SCHEMA_ID;
  }

  @Override
  public int version() {
    return NoteService.VERSION;
  }

  @Override
  public List<MessageType> messages() {
    return List.of(
        new MessageType(
            NoteService.ADD_NOTE, "AddNote", true, NoteService.ADD_BLOCK_LENGTH, Long.BYTES),
        new MessageType(NoteService.READ_NOTES, "ReadNotes", false, 0, Long.BYTES));
  }

  @Override
  public int maxCommandLength() {
    return MessageHeaderWord.ENCODED_LENGTH + NoteService.ADD_BLOCK_LENGTH;
  }

  @Override
  public ShardService create(final int shardId) {
    final NoteService service = new NoteService(budget);
    services.add(service);
    return service;
  }

  @Override
  public int maxTimers() {
    return MAX_TIMERS;
  }
}
