import fc from 'fast-check';

/**
 * The same cases in every run, and fewer of them if a test does not set the number: every test that reaches a mutant
 * runs for it, and a mutant that only one case in a hundred finds is not well tested.
 */
fc.configureGlobal({ seed: 20_261_128, numRuns: 30 });
