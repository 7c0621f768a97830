import { createHash } from 'node:crypto';
import type { Files } from '@stockafolio/core/ports';
import { tradingDay } from '../calendar/trading-day.js';
import type { GeneratorOptions } from '../generator/options.js';
import type { StreamEvent } from '../account-stream.js';
import { wireForm } from '../wire-forms.js';

const ROLL = 100_000;
const NEWLINE = Buffer.from('\n');

/**
 * Writes generated trades as JSON lines, each file whole: a copy from which `import` can fill any source again.
 *
 * A file is `generated/SEED-DIGEST/day=YYYY-MM-DD/FIRST.jsonl`: the digest covers all options of the generator, FIRST
 * is the running number of its first trade. The same options give the same trades, and so the same files. A run that
 * was killed and is started again overwrites its files with the same content, and continues. So each trade is there
 * once, without other bookkeeping.
 */
export class CopyFiles {
  readonly #files: Files;
  readonly #folder: string;
  readonly #roll: number;
  #lines: Uint8Array[] = [];
  #day = '';
  #first = 0;
  #count = 0;

  /** @param roll most trades in one file */
  constructor(files: Files, options: GeneratorOptions, roll = ROLL) {
    this.#files = files;
    this.#roll = roll;
    const digest = createHash('sha256')
      .update(JSON.stringify(Object.entries(options).sort()))
      .digest('hex');
    this.#folder = `generated/${options.seed}-${digest.slice(0, 12)}`;
  }

  /**
   * Resolves if the store answers for the folder; otherwise the store is closed, and the error is that of its listing.
   */
  async reach(): Promise<void> {
    try {
      await this.#files.list(this.#folder)[Symbol.asyncIterator]().next();
    } catch (error) {
      await this.#files.close();
      throw error;
    }
  }

  async take(trades: readonly StreamEvent[]): Promise<void> {
    for (const trade of trades) {
      const day = tradingDay(trade.time);
      if (day !== this.#day || this.#count - this.#first >= this.#roll) await this.#write(day);
      this.#lines.push(wireForm.encode(trade), NEWLINE);
      this.#count++;
    }
  }

  async close(): Promise<void> {
    await this.#write('');
    await this.#files.close();
  }

  async #write(nextDay: string): Promise<void> {
    if (this.#lines.length > 0) {
      const name = `${this.#folder}/day=${this.#day}/${String(this.#first).padStart(12, '0')}.jsonl`;
      await this.#files.write(name, Buffer.concat(this.#lines));
    }
    this.#lines = [];
    this.#day = nextDay;
    this.#first = this.#count;
  }
}
