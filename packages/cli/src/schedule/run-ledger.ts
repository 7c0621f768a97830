import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import type { DueRun } from './run-schedule.js';

/**
 * What a schedule has run, as small files beside the checkpoints: `PIPELINE/schedule/begun.json`, and
 * `PIPELINE/schedule/YYYY-MM-DD.json` for every day that is done.
 */
export class RunLedger {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, pipeline: string) {
    this.#files = files;
    this.#folder = `${pipeline}/schedule/`;
  }

  /**
   * The moment at which the last run was due; where there was none, at which the schedule was begun, which is now where
   * that is nowhere to be found. What falls due between this moment and a later start is so not forgotten.
   */
  async last(now: number): Promise<number> {
    let newest: string | undefined;
    for await (const { name } of this.#files.list(this.#folder)) {
      if (/\/\d{4}-\d\d-\d\d\.json$/.test(name)) newest = name;
    }
    const begun = `${this.#folder}begun.json`;
    if (newest !== undefined) return this.#read(newest, 'due');
    if ((await this.#files.size(begun)) !== undefined) return this.#read(begun, 'begun');
    await this.#write(begun, { begun: new Date(now).toISOString() });
    return now;
  }

  async done({ day, time }: DueRun, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#write(`${this.#folder}${day}.json`, { day, due: new Date(time).toISOString(), ...facts });
  }

  async #write(name: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#files.write(name, new TextEncoder().encode(`${JSON.stringify(facts)}\n`));
  }

  async #read(name: string, member: string): Promise<number> {
    const text = new TextDecoder().decode(await this.#files.read(name));
    let time = Number.NaN;
    try {
      time = Date.parse(String((JSON.parse(text) as Record<string, unknown>)[member]));
    } catch {
      // Told of below, as what holds no time.
    }
    if (!Number.isNaN(time)) return time;
    throw new StockafolioError('ERR_CHECKPOINT_CORRUPT', `'${name}' does not say when the last run was due`, {
      hint: 'remove the file; the day it stands for is then run again, which changes nothing that was right',
    });
  }
}
