/**
 * For authors of services: {@link ShardHarness} is one shard on a clock that a unit test sets, and
 * {@link ClusterTest} tries a service on many faulty clusters. An author says which service, what
 * clients ask for and how that is encoded, and gives an {@link Oracle} that must say what the
 * service says.
 *
 * <pre>{@code
 * ClusterTest.of(
 *         Dispenser.Definition::new,
 *         List.of(Dispenser.LOOK, Dispenser.TAKE),
 *         (id, call) -> (buffer, offset) -> Dispenser.encode(call, buffer, offset),
 *         (call, code, reply) -> reply.getLong(0),
 *         () -> {
 *           Map<String, Long> given = new HashMap<>();
 *           return (timeNs, id, call) -> given.merge(id, call == Dispenser.TAKE ? 1L : 0L, Long::sum);
 *         })
 *     .run();
 * }</pre>
 *
 * <p>Where clients ask for more than a list of things, or where a history is to be looked at, an
 * author implements {@link ServiceTrial}:
 *
 * <pre>{@code
 * class DispenserTrial implements ServiceTrial<Integer, Long> {
 *   public ServiceDefinition service() {
 *     return new Dispenser.Definition();
 *   }
 *
 *   public Integer draw(String id, RandomGenerator random) {
 *     return random.nextInt(4) == 0 ? Dispenser.LOOK : Dispenser.TAKE;
 *   }
 *
 *   public int encode(String id, Integer call, MutableDirectBuffer buffer, int offset) {
 *     return Dispenser.encode(call, buffer, offset);
 *   }
 *
 *   public Long decode(Integer call, int code, DirectBuffer reply) {
 *     return reply.getLong(0);
 *   }
 *
 *   public Oracle<Integer, Long> oracle() {
 *     Map<String, Long> given = new HashMap<>();
 *     return (timeNs, id, call) -> given.merge(id, call == Dispenser.TAKE ? 1L : 0L, Long::sum);
 *   }
 * }
 *
 * ClusterTest.of(DispenserTrial::new).run();
 * }</pre>
 *
 * <p>The example of the tests, {@code Dispenser} with its trial and test, has refusals and time,
 * too; {@code docs/your-own-service.md} leads from an empty folder to a service with such a test.
 * On the class path only: parts of this module stand in the packages of what they watch.
 *
 * <p>How it works: a whole cluster on a virtual clock, the real engine and the real node link of
 * each process, over a simulated broker, clock and scheduler, stepped by one thread. Everything
 * that happens follows from a seed. Time jumps to the next event. A process pauses inside a call
 * that it makes: into its clock, its link, its carrier, a wake-up or its service. While it is
 * paused the rest of the world runs nested in that call, so a pause can fall between any two such
 * calls, and last for any time.
 *
 * <p>API, which later versions keep: {@link ClusterTest}, {@link Fault}, {@link Oracle}, {@link
 * Payload}, {@link ReplyDecoder}, {@link ServiceHistory}, {@link ServiceTrial}, {@link
 * ShardHarness}, {@link ShardReply}.
 */
package io.tally.testkit;
