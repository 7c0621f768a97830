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
  partition: {
    mutate: ['packages/engine/src/{partition,flow,intake,tables}/*.ts'],
    specs: ['packages/engine/src/{partition,flow,intake,tables}/*.spec.ts'],
  },
  checkpoint: {
    mutate: ['packages/engine/src/checkpoint/*.ts'],
    specs: ['packages/engine/src/checkpoint/*.spec.ts'],
  },
  state: {
    mutate: ['packages/engine/src/{state,timers}/*.ts'],
    specs: ['packages/engine/src/{state,timers}/*.spec.ts'],
  },
  operators: {
    mutate: ['packages/core/src/operators/*.ts', 'packages/engine/src/operators/*.ts'],
    specs: ['packages/engine/src/operators/*.spec.ts'],
  },
};
