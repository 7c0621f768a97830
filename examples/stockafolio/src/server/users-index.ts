import { setImmediate } from 'node:timers/promises';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { userTotals } from '../tables.js';
import type { WireUsers } from './wire/types.js';

/** For unordered tables this many users are listed: about 20 MB. The others are found by their full id. */
const MOST = 200_000;
/** How old the list may be, in milliseconds. */
const FRESH = 30_000;
/** After this many rows other requests have a turn. */
const TURN = 1_000;

/**
 * Suggests users by the beginning of their id.
 *
 * Tables in key order are asked for the first ids with the prefix, whatever the number of users. Others do not support
 * that: for these a list in memory is used, built at the first search, with a limited number of users.
 */
export class UsersIndex {
  readonly #tables: Tables;
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #most: number;
  #list: Promise<WireUsers> | undefined;
  #made = 0;

  constructor(tables: Tables, clock: Pick<Clock, 'elapsed'>, most = MOST) {
    this.#tables = tables;
    this.#clock = clock;
    this.#most = most;
  }

  /**
   * At most `limit` users whose id begins with the prefix, in order; the one with exactly that id first, however many
   * there are.
   */
  async startingWith(prefix: string, limit: number): Promise<WireUsers> {
    if (this.#tables.inKeyOrder) return { users: await this.#inOrder(prefix, limit), complete: true };
    const { users, complete } = await this.#users();
    const exact = prefix !== '' && (await this.#tables.get(userTotals, [prefix])) !== undefined ? [prefix] : [];
    const found = [...exact];
    for (let i = firstFrom(users, prefix); i < users.length && found.length < limit; i++) {
      const user = users[i];
      if (user === undefined || !user.startsWith(prefix)) break;
      if (user !== prefix) found.push(user);
    }
    return { users: found, complete };
  }

  async #inOrder(prefix: string, limit: number): Promise<string[]> {
    const users: string[] = [];
    const from = prefix === '' ? {} : { from: [prefix] };
    for await (const { values } of this.#tables.scanAll(userTotals, { ...from, limit })) {
      const user = String(values[0]);
      if (!user.startsWith(prefix)) break;
      users.push(user);
    }
    return users;
  }

  #users(): Promise<WireUsers> {
    if (this.#list === undefined || this.#clock.elapsed() - this.#made > FRESH) {
      this.#made = this.#clock.elapsed();
      const list = this.#read();
      list.catch(() => {
        if (this.#list === list) this.#list = undefined;
      });
      this.#list = list;
    }
    return this.#list;
  }

  async #read(): Promise<WireUsers> {
    const users: string[] = [];
    let complete = true;
    for await (const { values } of this.#tables.scanAll(userTotals)) {
      if (users.length === this.#most) {
        complete = false;
        break;
      }
      users.push(String(values[0]));
      if (users.length % TURN === 0) await setImmediate();
    }
    return { users: users.sort(), complete };
  }
}

/** The index of the first of the sorted texts that is not less than this one. */
function firstFrom(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
