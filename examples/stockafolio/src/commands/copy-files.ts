import type { Files } from '@stockafolio/core/ports';
import { tradingDay } from '../calendar/trading-day.js';
import type { Trade } from '../trade.js';
import { wireForm } from '../wire-forms.js';

const ROLL = 100_000;

/**
 * Writes generated trades as JSON lines, `generated/day=YYYY-MM-DD/SEED-FIRST-LAST.jsonl` with their running numbers,
 * each file whole: the source of truth, from which `import` can fill any source again.
 */
export class CopyFiles {
  readonly #files: Files;
  readonly #seed: number;
  #lines: Uint8Array[] = [];
  #day = '';
  #first = 0;
  #count = 0;

  constructor(files: Files, seed: number) {
    this.#files = files;
    this.#seed = seed;
  }

  async take(trades: readonly Trade[]): Promise<void> {
    for (const trade of trades) {
      const day = tradingDay(trade.time);
      if (day !== this.#day || this.#lines.length >= ROLL) await this.#roll(day);
      this.#lines.push(wireForm.encode(trade));
      this.#count++;
    }
  }

  async close(): Promise<void> {
    await this.#roll('');
    await this.#files.close();
  }

  async #roll(day: string): Promise<void> {
    if (this.#lines.length > 0) {
      const name = `generated/day=${this.#day}/${this.#seed}-${digits(this.#first)}-${digits(this.#count - 1)}.jsonl`;
      const newline = Buffer.from('\n');
      await this.#files.write(name, Buffer.concat(this.#lines.flatMap((line) => [line, newline])));
    }
    this.#lines = [];
    this.#day = day;
    this.#first = this.#count;
  }
}

function digits(n: number): string {
  return String(n).padStart(12, '0');
}
