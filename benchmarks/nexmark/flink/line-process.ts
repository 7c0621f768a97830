import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Ticks a second of the processor times in /proc. */
const TICKS = 100;

/** What a process answered to a line, and what that took. */
export interface Answered {
  /** The lines before `done`. */
  readonly lines: readonly string[];
  /** Seconds of the processor, user and system, of all its threads. */
  readonly processor: number;
}

export interface LineProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A process that prints `ready`, and then answers each line of its standard input with lines of which the last is `done`.
 * So it is started once for several rounds, and its start is in none of them.
 */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor({ command, args, env = process.env }: LineProcessOptions) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error(`${command} has no output`);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Starts it, and waits until it is ready. */
  static async start(options: LineProcessOptions): Promise<LineProcess> {
    const started = new LineProcess(options);
    await started.#until('ready');
    return started;
  }

  /** @throws if the process ends before it has answered */
  async ask(line: string): Promise<Answered> {
    const before = this.#processorSeconds();
    this.#child.stdin?.write(`${line}\n`);
    const lines = await this.#until('done');
    return { lines, processor: this.#processorSeconds() - before };
  }

  /** The most memory that it has had, in MiB: the peak of its resident set. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #until(last: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { value, done = false } = await this.#lines.next();
      if (done) throw new Error(`the process ended early: ${this.#child.exitCode ?? this.#child.signalCode}`);
      if (value === last) return lines;
      lines.push(value);
    }
  }

  #processorSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The name, in parentheses, may have spaces. Behind it are the fields from the third on: user time is the 14th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }
}
