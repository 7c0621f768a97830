/**
 * What is mutated, a part at a time, and the suites that judge it: those beside it, and those of what is built on it
 * directly. More suites would kill a few more mutants, and take hours.
 */
export const parts = {
  windows: {
    mutate: ['packages/core/src/windows/*.ts'],
    specs: ['packages/core/src/{windows,operators}/*.spec.ts'],
  },
  'runner-stream': {
    mutate: ['packages/runner-stream/src/{run-stream,partition-task,committer,turn,until-back}.ts'],
    specs: ['packages/runner-stream/src/{run-stream*,partition-task,turn}.spec.ts'],
  },
  engine: {
    mutate: ['packages/core/src/engine/*.ts'],
    specs: ['packages/core/src/{engine,pipeline,operators}/*.spec.ts'],
  },
  checkpoint: {
    mutate: ['packages/core/src/checkpoint/*.ts'],
    specs: ['packages/core/src/checkpoint/*.spec.ts'],
  },
  state: {
    mutate: ['packages/core/src/state/*.ts'],
    specs: ['packages/core/src/{state,operators}/*.spec.ts'],
  },
  operators: {
    mutate: ['packages/core/src/operators/*.ts'],
    specs: ['packages/core/src/{operators,engine}/*.spec.ts'],
  },
};
