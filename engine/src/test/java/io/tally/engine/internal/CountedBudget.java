package io.tally.engine.internal;

import io.tally.engine.Budget;

/** So many places, and how many are taken. */
final class CountedBudget implements Budget {
  private final int places;
  private int taken;

  CountedBudget(final int places) {
    this.places = places;
  }

  @Override
  public boolean tryTake() {
    if (taken >= places) {
      return false;
    }
    taken++;
    return true;
  }

  @Override
  public void take() {
    taken++;
  }

  int taken() {
    return taken;
  }
}
