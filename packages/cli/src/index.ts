export { defineApp, type App } from './app.js';
export { day, FILES, pairs, wholeNumber } from './commands/options.js';
export { listenForOperators, type Operations, type OperationsListener } from './operations/operations-listener.js';
export { LineWriter } from './output/line-writer.js';
export { figure, Reporter, type Progress } from './output/reporter.js';
export type { DueRun } from './schedule/run-schedule.js';
export type { Stop } from './output/stop.js';
export type { Toolkit } from './toolkit.js';
export { workerRuntime, type WorkerRuntime } from './workers/worker-runtime.js';
