import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import type { DueRun } from './run-schedule.js';

/**
 * The runs of a schedule, as small files beside the checkpoints: `PIPELINE/schedule/begun.json`, and
 * `PIPELINE/schedule/YYYY-MM-DD.json` for every finished day.
 */
export class RunLedger {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, pipeline: string) {
    this.#files = files;
    this.#folder = `${pipeline}/schedule/`;
  }

  /**
   * The time at which the last run was due; if there was none, the time at which the schedule was first started, which
   * is now if no file records it. So a run that falls due between this time and a later start is not forgotten.
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
      // Reported below, like a file without a time.
    }
    if (!Number.isNaN(time)) return time;
    throw new StockafolioError('ERR_CHECKPOINT_CORRUPT', `'${name}' does not say when the last run was due`, {
      hint: 'remove the file; its day is then run again, which changes no correct row',
    });
  }
}
