import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { unlessEnding } from './early-stop.js';

const CHUNK = 1 << 16;

/** Writes lines in chunks, and waits for a slow reader. If the reader goes away, the process ends quietly. */
export class LineWriter {
  readonly #out: Writable;
  #waiting: string[] = [];
  #size = 0;

  constructor(out: Writable) {
    this.#out = out;
  }

  async write(line: string): Promise<void> {
    this.#waiting.push(line, '\n');
    this.#size += line.length + 1;
    if (this.#size >= CHUNK) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#size = 0;
    if (text === '') return;
    // Rows of embedded tables arrive without a turn of the event loop, so no signal would be handled.
    await new Promise((resolve) => setImmediate(resolve));
    await unlessEnding();
    if (!this.#out.write(text)) await once(this.#out, 'drain');
  }
}
