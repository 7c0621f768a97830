import { nextSession, type Session } from '../calendar/sessions.js';

/** The time of each trade in turn: evenly spaced while New York is open, continuing at the next open after a close. */
export class EventClock {
  private readonly interval: number;
  private session: Session;
  /** The start of trading in this session: its open, or later in the first session. */
  private begin: number;
  /** How many trades this session has had. */
  private count = 0;

  /** @param rate trades per second */
  constructor(start: number, rate: number) {
    this.interval = 1000 / rate;
    this.session = nextSession(start);
    this.begin = Math.max(start, this.session.open);
  }

  /** The New York day of the last time. */
  get day(): string {
    return this.session.day;
  }

  /** When New York opened on that day, in epoch milliseconds. */
  get open(): number {
    return this.session.open;
  }

  next(): number {
    let time = Math.floor(this.begin + this.count * this.interval);
    while (time >= this.session.close) {
      // The rest of the interval is carried over the night, so that a slow rate is kept over days.
      const over = this.begin + this.count * this.interval - this.session.close;
      this.session = nextSession(this.session.close);
      this.begin = this.session.open + over;
      this.count = 0;
      time = Math.floor(this.begin);
    }
    this.count += 1;
    return time;
  }
}
