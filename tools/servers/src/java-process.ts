import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN = 120_000;
const LOOK_EVERY = 100;
const LAST_LINES = 15;

export interface JavaCommand {
  readonly args: readonly string[];
  /** With its settings and data; removed if this process is gone and has not closed the server. */
  readonly folder: string;
  /** Its output is appended here. */
  readonly log: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it answers; called repeatedly after the start. */
  readonly ready: () => Promise<boolean>;
}

/** One Java process that can be restarted, and does not outlive this one. */
export class JavaProcess {
  readonly #command: JavaCommand;
  #child: ChildProcess | undefined;
  #guard: ChildProcess | undefined;

  constructor(command: JavaCommand) {
    this.#command = command;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const { args, folder, log, environment } = this.#command;
    const output = openSync(log, 'a');
    const child = spawn('java', args, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...environment },
      detached: true,
    });
    closeSync(output);
    await once(child, 'spawn');
    this.#child = child;
    this.#guard = guard(child.pid ?? 0, folder);
    child.once('exit', () => this.#forget(child));
    for (const until = Date.now() + READY_WITHIN; !(await this.#command.ready()); await sleep(LOOK_EVERY)) {
      if (this.#child !== child) throw new Error(`it ended while it started\n${await this.#lastLines()}`);
      if (Date.now() > until) throw new Error(`it does not answer\n${await this.#lastLines()}`);
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGTERM') {
      const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(late);
    } else {
      await ended;
    }
  }

  suspend(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  #forget(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#guard?.kill('SIGKILL');
    this.#guard = undefined;
  }

  async #lastLines(): Promise<string> {
    const text = await readFile(this.#command.log, 'utf8');
    return `${this.#command.log} ends:\n${text.trimEnd().split('\n').slice(-LAST_LINES).join('\n')}`;
  }
}

/**
 * Ends the process and removes its folder when this one is gone, for whatever reason: then the pipe that the shell reads
 * from is closed.
 */
function guard(pid: number, folder: string): ChildProcess {
  const shell = spawn('sh', ['-c', 'cat >/dev/null; kill -9 "$0"; sleep 1; rm -rf "$1"', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  return shell;
}
