import type { Clock } from '@stockafolio/core/ports';

/** Lines per period; further ones are counted. */
const MOST = 50;
const PERIOD = 10_000;
const LONGEST = 200;

/**
 * Writes one line for every request that was refused or failed, and for every dropped stream; a flood of them is
 * counted instead.
 */
export class RequestLog {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #write: (line: string) => void;
  #began = 0;
  #lines = 0;
  #unsaid = 0;

  constructor(clock: Pick<Clock, 'elapsed'>, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** `what` may contain anything that a client has sent: it is cut, and only printable ASCII is shown. */
  line(status: number, what: string, why: string): void {
    const now = this.#clock.elapsed();
    if (now - this.#began >= PERIOD) {
      if (this.#unsaid > 0) this.#write(`... and ${this.#unsaid} more were refused or dropped`);
      [this.#began, this.#lines, this.#unsaid] = [now, 0, 0];
    }
    if (++this.#lines > MOST) this.#unsaid++;
    else this.#write(`${status} ${printable(what)}: ${printable(why)}`);
  }
}

function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return cut.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
