import { createHash } from 'node:crypto';

/** The longest id that a trade may have. */
const LONGEST = 64;
/** Hexadecimal digits of a digest: 96 bits, so that equal ids mean equal events. */
const DIGEST = 24;

/**
 * Gives the events of a file their ids. An event that the file gives none gets a digest of what it says, and if several say
 * the same, its rank among them: so the same event has the same id in each file that holds it, also in a later export of a
 * longer time.
 */
export class EventIds {
  readonly #prefix: string;
  readonly #user: string;
  readonly #ranks = new Map<string, number>();

  constructor(prefix: string, user: string) {
    this.#prefix = prefix;
    this.#user = user;
  }

  /**
   * @param own the id that the file gives
   * @param facts what the event says, but nothing that depends on the rest of the file
   */
  next(own: string | undefined, facts: readonly unknown[]): string {
    const readable = own === undefined ? undefined : `${this.#prefix}-${own}`;
    const isFine = readable !== undefined && readable.length <= LONGEST - 8 && /^[\x21-\x7e]+$/.test(readable);
    const id = isFine ? readable : `${this.#prefix}-${this.#digest(own === undefined ? facts : [own])}`;
    const rank = (this.#ranks.get(id) ?? 0) + 1;
    this.#ranks.set(id, rank);
    return rank === 1 ? id : `${id}-${rank}`;
  }

  #digest(facts: readonly unknown[]): string {
    const text = JSON.stringify([this.#user, ...facts]);
    return createHash('sha256').update(text).digest('hex').slice(0, DIGEST);
  }
}
