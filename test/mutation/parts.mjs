/**
 * The code to mutate, part by part, and the suites that judge it: those beside it. Suites of higher layers would kill
 * some more mutants, but take many times as long; so a score is a lower bound.
 */
export const parts = {
  windows: {
    mutate: ['packages/core/src/windows/*.ts'],
    specs: ['packages/core/src/windows/*.spec.ts'],
  },
  'runner-stream': {
    mutate: ['packages/runner-stream/src/{run-stream,partition-task,committer,turn,until-back}.ts'],
    specs: ['packages/runner-stream/src/{run-stream*,guards,opening,partition-task,turn,until-back}.spec.ts'],
  },
  engine: {
    mutate: ['packages/core/src/engine/*.ts'],
    specs: ['packages/core/src/engine/*.spec.ts'],
  },
  checkpoint: {
    mutate: ['packages/core/src/checkpoint/*.ts'],
    specs: ['packages/core/src/checkpoint/*.spec.ts'],
  },
  state: {
    mutate: ['packages/core/src/state/*.ts'],
    specs: ['packages/core/src/state/*.spec.ts'],
  },
  operators: {
    mutate: ['packages/core/src/operators/*.ts'],
    specs: ['packages/core/src/operators/*.spec.ts'],
  },
};
