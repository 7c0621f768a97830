import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { unlessEnding } from './early-stop.js';

const CHUNK = 1 << 16;

/** Writes lines in chunks, and waits where the reader is slow. A reader that has gone away ends the process quietly. */
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
    // Rows of embedded tables come without a turn of the event loop, in which a signal would be heard.
    await new Promise((resolve) => setImmediate(resolve));
    await unlessEnding();
    if (!this.#out.write(text)) await once(this.#out, 'drain');
  }
}
