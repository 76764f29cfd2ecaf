package io.tally.rig;

import io.tally.check.Fate;
import io.tally.check.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;

/** What clients saw. Belongs to one of them, and then to whoever adds all of them up. */
final class Records {
  private final List<Operation> operations = new ArrayList<>();
  private final List<Operation> repetitions = new ArrayList<>();
  private final List<Admission> admissions = new ArrayList<>();
  private final List<OpenTake> openTakes = new ArrayList<>();
  private final List<Replacement> replacements = new ArrayList<>();
  private final Set<AtomicWrite> atomicWrites = new HashSet<>();
  private final Map<String, Long> maxima = new HashMap<>();
  private final List<String> complaints = new ArrayList<>();

  void add(final Operation operation) {
    operations.add(operation);
  }

  /** A write whose answer may be that of an earlier request: nobody knows whether it ran, too. */
  void addRepetition(final Operation told) {
    repetitions.add(
        new Operation(
            told.key(),
            true,
            told.amount(),
            told.idempotencyKey(),
            told.start(),
            told.end(),
            Fate.UNKNOWN,
            0,
            0,
            false));
  }

  void add(final Admission admission) {
    admissions.add(admission);
  }

  void add(final OpenTake take) {
    openTakes.add(take);
  }

  void add(final Replacement replacement) {
    replacements.add(replacement);
  }

  void add(final AtomicWrite write) {
    atomicWrites.add(write);
  }

  void addBound(final String counter, final long max) {
    maxima.put(counter, max);
  }

  /** Something that is wrong by itself. */
  void complain(final String complaint) {
    complaints.add(complaint);
  }

  void addAll(final Records others) {
    operations.addAll(others.operations);
    repetitions.addAll(others.repetitions);
    admissions.addAll(others.admissions);
    openTakes.addAll(others.openTakes);
    replacements.addAll(others.replacements);
    atomicWrites.addAll(others.atomicWrites);
    maxima.putAll(others.maxima);
    complaints.addAll(others.complaints);
  }

  /** When the last write was sent whose outcome is unknown. */
  OptionalLong lastOpenNs() {
    return LongStream.concat(
            operations.stream()
                .filter(operation -> operation.write() && operation.fate() == Fate.UNKNOWN)
                .mapToLong(Operation::start),
            replacements.stream()
                .filter(replacement -> replacement.fate() == Fate.UNKNOWN)
                .mapToLong(Replacement::startNs))
        .max();
  }

  List<Operation> operations() {
    return operations;
  }

  /** Writes that may have run once more for an answer that is among the operations. */
  List<Operation> repetitions() {
    return repetitions;
  }

  List<Admission> admissions() {
    return admissions;
  }

  List<OpenTake> openTakes() {
    return openTakes;
  }

  List<Replacement> replacements() {
    return replacements;
  }

  Set<AtomicWrite> atomicWrites() {
    return atomicWrites;
  }

  /** The highest value that a counter may have, for those that have such a bound. */
  Map<String, Long> maxima() {
    return maxima;
  }

  List<String> complaints() {
    return complaints;
  }
}
