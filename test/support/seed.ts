/**
 * The seed of a suite, printed so that a failure can be replayed: `TEST_SEED=N` in the environment sets it.
 *
 * A seed fixes all random decisions, but not the exact moment at which a process is hit.
 */
export function seedOf(suite: string): number {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007);
  before(() => {
    process.stdout.write(`    ${suite}: TEST_SEED=${seed}\n`);
  });
  return seed;
}

/** Numbers in [0, 1) from a seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
