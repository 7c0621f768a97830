import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { jarsOf } from '@stockafolio/servers';

/** A Java consumer with `group.protocol=consumer`, and its output. */
export class ConsumerProtocolReader {
  readonly #child: ChildProcess;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (chunk: Buffer) => (this.#said += chunk.toString('utf8')));
  }

  static async start(broker: string, topic: string, group: string): Promise<ConsumerProtocolReader> {
    const program = join(import.meta.dirname, 'ConsumerProtocolReader.java');
    const jars = `${await jarsOf('kafka')}/*`;
    const args = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', jars, program, broker, topic, group];
    return new ConsumerProtocolReader(spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
