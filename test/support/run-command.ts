import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The root of the workspace. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** The file that is the command. */
export const COMMAND = join(ROOT, 'packages/cli/bin/stockafolio.js');

/** How a command ended: its exit code, or the signal that ended it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when its standard error says this; fails if it ends before. */
  says(pattern: RegExp): Promise<void>;
}

/** Starts `stockafolio` with these arguments, and these variables in addition. */
export function start(args: readonly string[], cwd = ROOT, variables: NodeJS.ProcessEnv = {}): Running {
  return startProgram(process.execPath, [COMMAND, ...args], cwd, variables);
}

/** Starts Node.js with these arguments. */
export function startNode(args: readonly string[], cwd = ROOT): Running {
  return startProgram(process.execPath, args, cwd);
}

/** Starts a program, with these variables in addition. */
export function startProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Running {
  const env = { ...environment(), ...variables };
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout: text(out), stderr: text(err) }));
  });
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(text(err))) resolve();
      };
      child.stderr.on('data', look);
      look();
      // It may have ended already.
      ended.then(({ code, signal, stderr }) => {
        look();
        reject(new Error(`ended with ${code ?? signal} before it said ${String(pattern)}:\n${stderr}`));
      }, reject);
    });
  return { child, ended, stdout: () => text(out), stderr: () => text(err), says };
}

/** Without the variables that the test runner sets for itself. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...rest } = process.env;
  void NODE_OPTIONS;
  return rest;
}

/** Runs `stockafolio` to its end, however it ends. */
export function run(args: readonly string[], cwd = ROOT): Promise<Ended> {
  return start(args, cwd).ended;
}

/** Runs `stockafolio`, which must succeed. */
export async function must(args: readonly string[], cwd = ROOT): Promise<Ended> {
  return succeeded(`stockafolio ${args.join(' ')}`, await run(args, cwd));
}

/** The lines that `stockafolio` prints; it must succeed. They are more than fit into one string. */
export async function linesOf(args: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  const err: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  succeeded(`stockafolio ${args.join(' ')}`, { code, signal, stdout: '', stderr: Buffer.concat(err).toString('utf8') });
  return lines;
}

/** Returns the result of a command, which must have succeeded. */
export function succeeded(what: string, ended: Ended): Ended {
  if (ended.code === 0) return ended;
  throw new Error(`${what} ended with ${ended.code ?? ended.signal}:\n${ended.stdout.slice(-2_000)}${ended.stderr}`);
}

/** The last line of what a command with `--json` printed. */
export function lastLine({ stdout }: Ended): Readonly<Record<string, unknown>> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
