package io.tally.examples.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LeasesTest {
  private static final long OPENS_MS = LeaseShard.OPENS_MS;

  @Test
  void shouldGrantNothingBeforeTheLongestLeaseOfAnEarlierLifeHasEnded() {
    final LeaseShard shard = new LeaseShard(1, 0);
    shard.acquire("a", 100).refused(Leases.CLOSED);
    assertEquals(OPENS_MS, shard.state.waitMs());
    assertFalse(shard.isUnderKey());
    shard.atMs(OPENS_MS - 1).acquire("a", 100).refused(Leases.CLOSED);
    assertEquals(1, shard.state.waitMs());
    shard.read("a").free();
    shard.atMs(OPENS_MS).acquire("a", 100).held(100);
    assertEquals(0, shard.state.waitMs());
  }

  @Test
  void shouldGrantALeaseToOneHolderUntilItsTimeIsOver() {
    final LeaseShard shard = LeaseShard.open();
    final Token first = shard.acquire("a", 100).held(100);
    assertEquals(1, first.incarnation());
    shard.atMs(OPENS_MS + 40).acquire("a", 100).refused(Leases.HELD);
    assertEquals(first, shard.token());
    assertEquals(60, shard.state.ttlMs());
    assertFalse(shard.isUnderKey());
    assertEquals(first, shard.atMs(OPENS_MS + 99).read("a").held(1));
    shard.atMs(OPENS_MS + 100).read("a").free();
    assertTrue(first.compareTo(shard.acquire("a", 100).held(100)) < 0);
    shard.renew("a", first, 100).refused(Leases.LOST);
    shard.release("a", first).refused(Leases.LOST);
    assertTrue(shard.isUnderKey());
  }

  @Test
  void shouldRenewForItsHolderAloneAndNeverForLess() {
    final LeaseShard shard = LeaseShard.open();
    final Token token = shard.acquire("a", 100).held(100);
    shard.renew("a", new Token(2, token.number()), 900).refused(Leases.LOST);
    shard.renew("a", new Token(1, token.number() + 1), 900).refused(Leases.LOST);
    shard.renew("b", token, 900).refused(Leases.LOST);
    assertEquals(token, shard.atMs(OPENS_MS + 50).renew("a", token, 200).held(200));
    assertEquals(token, shard.renew("a", token, 10).held(200));
    assertEquals(token, shard.atMs(OPENS_MS + 249).read("a").held(1));
    shard.atMs(OPENS_MS + 250).read("a").free();
    assertEquals(0, shard.service.entityCount());
  }

  @Test
  void shouldEndALeaseThatIsReleased() {
    final LeaseShard shard = LeaseShard.open();
    final Token token = shard.acquire("a", 100).held(100);
    shard.release("a", new Token(1, token.number() + 1)).refused(Leases.LOST);
    shard.release("a", token).free();
    assertEquals(Long.MAX_VALUE, shard.service.nextTimerNs());
    shard.release("a", token).refused(Leases.LOST);
    assertTrue(token.compareTo(shard.acquire("a", 100).held(100)) < 0);
  }

  @Test
  void shouldTellOfEachChangeWithAnotherVersion() {
    final LeaseShard shard = LeaseShard.open();
    assertEquals(0, shard.read("a").version());
    final Token token = shard.acquire("a", 100).held(100);
    final long granted = shard.read("a").version();
    shard.renew("a", token, 200);
    assertTrue(shard.read("a").version() > granted);
    assertEquals(2, shard.service.changes());
    shard.atMs(OPENS_MS + 200);
    assertEquals(3, shard.service.changes());
    assertEquals("a", shard.service.changedId());
    assertEquals(0, shard.read("a").version());
  }

  @Test
  void shouldRefuseTimesThatNoLeaseCanHave() {
    final LeaseShard shard = LeaseShard.open();
    final Token token = shard.acquire("a", LeaseShard.MAX_TTL_MS).held(LeaseShard.MAX_TTL_MS);
    for (final long ttlMs :
        new long[] {0, -1, LeaseShard.MAX_TTL_MS + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertFalse(shard.acquire("b", ttlMs).isValid());
      assertFalse(shard.renew("a", token, ttlMs).isValid());
    }
    assertEquals(1, shard.service.entityCount());
  }

  @Test
  void shouldGrantNoMoreLeasesThanThereIsRoomFor() {
    final LeaseShard shard = LeaseShard.open();
    for (int i = 0; i < Leases.MAX_HELD; i++) {
      shard.service.at(OPENS_MS * 1_000_000 + i);
      shard.acquire("lease-" + i, 100).held(100);
    }
    assertEquals(Leases.MAX_HELD, shard.service.entityCount());
    shard.acquire("one-more", 100).refused(Leases.FULL);
    assertFalse(shard.isUnderKey());
  }

  @Test
  void shouldGoOnAfterARestartWithTheTimeThatLeasesHadLeft() {
    final LeaseShard before = LeaseShard.open();
    final Token token = before.acquire("a", 100).held(100);
    before.release("b", before.acquire("b", 50).held(50));
    // The clock was set forth by a day.
    final LeaseShard after = before.atMs(OPENS_MS + 30).restored(1, 86_400_000);
    final long startMs = OPENS_MS + 30 + 86_400_000;
    assertEquals(token, after.read("a").held(70));
    assertTrue(after.acquire("b", 500).held(500).number() > token.number() + 1);
    assertEquals(token, after.atMs(startMs + 69).renew("a", token, 20).held(20));
    after.atMs(startMs + 89).read("a").free();
  }

  @Test
  void shouldTellOfTheEndThatMovedInARestart() {
    final LeaseShard before = LeaseShard.open();
    before.acquire("a", 100).held(100);
    before.acquire("b", 200).held(200);
    final long version = before.read("b").version();
    final LeaseShard after = before.restored(1, 500);
    assertTrue(after.read("a").version() > version);
    assertTrue(after.read("b").version() > version);
    assertNotEquals(after.read("a").version(), after.read("b").version());
    final long later = Math.max(after.read("a").version(), after.read("b").version());
    assertTrue(after.acquire("c", 100).held(100).number() > later);
    assertEquals(later + 1, after.read("c").version());
    final LeaseShard atOnce = after.restored(1, 0);
    assertEquals(later + 1, atOnce.read("c").version());
  }

  @Test
  void shouldBelieveNothingOfTheStateOfAnotherLife() {
    final LeaseShard before = LeaseShard.open();
    final Token token = before.acquire("a", 100).held(100);
    final LeaseShard after = before.restored(2, 10);
    after.read("a").free();
    after.renew("a", token, 100).refused(Leases.LOST);
    after.acquire("a", 100).refused(Leases.CLOSED);
    after.atMs(2 * OPENS_MS + 10);
    assertTrue(token.compareTo(after.acquire("a", 100).held(100)) < 0);
  }
}
