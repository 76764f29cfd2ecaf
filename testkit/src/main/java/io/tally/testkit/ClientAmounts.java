package io.tally.testkit;

/** How much clients add to which entity, and how long their memos are. */
final class ClientAmounts {
  private static final int MAX_POWERS = 26;

  private final World world;
  private final Settings settings;
  private final int[] powers;

  ClientAmounts(final World world, final Settings settings) {
    this.world = world;
    this.settings = settings;
    powers = new int[settings.entities().size()];
  }

  /** Returns 0 if nothing more can be added. */
  long draw(final Entity entity, final int index) {
    return switch (entity.use()) {
      case ONES -> 1;
      case POWERS -> powers[index] == MAX_POWERS ? 0 : 1L << 2 * powers[index]++;
      case ANY -> world.nextInt(30) - 9;
    };
  }

  int drawMemoLength(final Entity entity) {
    return entity.kind() == Entity.Kind.ACCOUNT
        ? (int) world.skewed(1 + settings.maxMemoLength())
        : 0;
  }
}
