import { must } from './run-command.js';

/** The stages of a run, each to its end, on folders; with these options beside the locations. */

export function stream(log: string, tables: string, checkpoints: string, ...more: string[]): ReturnType<typeof must> {
  return must([...streamArgs(log, tables, checkpoints), '--until-caught-up', ...more]);
}

export function streamArgs(log: string, tables: string, checkpoints: string): string[] {
  return ['stream', '--source', `log:${log}`, '--tables', `embedded:${tables}`, '--checkpoints', `file:${checkpoints}`];
}

export function archive(log: string, files: string, ...more: string[]): ReturnType<typeof must> {
  return must([...archiveArgs(log, files), '--until-caught-up', ...more]);
}

export function archiveArgs(log: string, files: string): string[] {
  return ['archive', '--source', `log:${log}`, '--files', `file:${files}`];
}

export function batch(files: string, tables: string, checkpoints: string, ...more: string[]): ReturnType<typeof must> {
  return must([...batchArgs(files, tables, checkpoints), ...more]);
}

export function batchArgs(files: string, tables: string, checkpoints: string): string[] {
  return [
    'batch',
    '--files',
    `file:${files}`,
    '--tables',
    `embedded:${tables}`,
    '--checkpoints',
    `file:${checkpoints}`,
  ];
}
