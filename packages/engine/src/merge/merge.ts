/** What decides the place of a message in the order of several inputs. */
export interface Arrival {
  /** Its event time, in epoch milliseconds; minus infinity for a message that is not a record. */
  readonly time: number;
  /** The time that the message bears: when it was sent or received, in epoch milliseconds. */
  readonly sent: number;
  readonly offset: number;
}

/** A message that is next in order. */
export interface Placed<T> {
  readonly input: number;
  readonly message: T;
  /** The time at which it counts as sent: never before an earlier message of its input. */
  readonly sent: number;
}

/** Where an input goes on. */
export interface LaneState {
  /** The next offset. */
  readonly offset: number;
  /** When the last message that was handed on counts as sent, in epoch milliseconds; minus infinity if there is none. */
  readonly sent: number;
}

/** Messages of other inputs went on because one was silent: from this offset on, its messages count as sent later. */
export interface Lull {
  readonly input: number;
  readonly offset: number;
  /** When they count as sent at the earliest, in epoch milliseconds. */
  readonly sent: number;
}

/** Of an input that is read from its first message on. */
export const FROM_START: LaneState = { offset: 0, sent: Number.NEGATIVE_INFINITY };

export interface MergeOptions {
  /** How long a message waits for one of another input with an earlier event time, in milliseconds. */
  readonly idleAfter: number;
  /** Where each input goes on, in order. */
  readonly inputs: readonly LaneState[];
  /** The lulls of earlier runs: with them, messages that are read again get the same places. */
  readonly lulls?: readonly Lull[];
}

/** The messages of one input that wait for their turn. */
class Lane<T> {
  readonly input: number;
  readonly #messages: T[] = [];
  readonly #times: number[] = [];
  readonly #sent: number[] = [];
  /** By message, the earliest time at which it could count as sent, whatever time it bears. */
  readonly #floors: number[] = [];
  #first = 0;
  /** The time at which its newest message counts as sent. */
  newest: number;
  /** No message counts as sent at this time or before it any more, unless it is overtaken. */
  silentUntil = Number.NEGATIVE_INFINITY;
  /** Messages of other inputs went on because this one was silent up to this time. */
  passed = Number.NEGATIVE_INFINITY;
  /** The offset of its next message. */
  next: number;
  /** Of earlier runs, by offset. */
  readonly #lulls: readonly Lull[];
  #lull = 0;
  /** When messages count as sent at the earliest by claims, and by what came before. */
  #claimed = Number.NEGATIVE_INFINITY;
  #own = Number.NEGATIVE_INFINITY;

  constructor(input: number, { offset, sent }: LaneState, lulls: readonly Lull[]) {
    this.input = input;
    this.next = offset;
    this.newest = sent;
    this.#claimed = sent;
    this.#lulls = lulls.filter((lull) => lull.input === input).sort((a, b) => a.offset - b.offset);
    this.#applyLulls();
  }

  get length(): number {
    return this.#messages.length - this.#first;
  }

  get first(): T | undefined {
    return this.#messages[this.#first];
  }

  /** The event time of its first message. */
  get time(): number {
    return this.#times[this.#first] as number;
  }

  /** The time at which its first message counts as sent. */
  get sent(): number {
    return this.#sent[this.#first] as number;
  }

  /** The earliest time at which its first message could count as sent, or the next one if none waits. */
  get floor(): number {
    return this.length > 0 ? (this.#floors[this.#first] as number) : this.newest;
  }

  /** @returns when it counts as sent, if that is later because of a claim */
  add(message: T, { time, sent, offset }: Arrival): number | undefined {
    this.next = offset;
    this.#applyLulls();
    this.#floors.push(this.newest);
    const isLate = Math.max(sent, this.#own) < this.#claimed;
    this.#own = Math.max(this.#own, this.newest, sent);
    this.newest = Math.max(this.newest, this.passed + 1, sent);
    const counted = this.newest;
    this.next = offset + 1;
    this.#messages.push(message);
    this.#times.push(time);
    this.#sent.push(counted);
    this.#applyLulls();
    return isLate ? counted : undefined;
  }

  /** No later message counts as sent at this time or before it. */
  claim(until: number): void {
    this.#claimed = Math.max(this.#claimed, until + 1);
    this.newest = Math.max(this.newest, until + 1);
  }

  /** From the next offset on its messages count as sent no earlier than was noted. */
  #applyLulls(): void {
    for (let lull = this.#lulls[this.#lull]; lull !== undefined && lull.offset <= this.next;) {
      this.newest = Math.max(this.newest, lull.sent);
      lull = this.#lulls[++this.#lull];
    }
  }

  shift(): T {
    const message = this.#messages[this.#first++] as T;
    if (this.#first > 1_024 && this.#first * 2 > this.#messages.length) {
      for (const column of [this.#messages, this.#times, this.#sent, this.#floors]) column.splice(0, this.#first);
      this.#first = 0;
    }
    return message;
  }

  /** Whether every message that it may still get counts as sent after this time. */
  isSilentUntil(time: number): boolean {
    return Math.max(this.silentUntil, this.newest - 1) >= time;
  }

  /** Whether its first message goes before that of another input: it is of an earlier event time, or of an earlier input. */
  isBefore(other: Lane<T>): boolean {
    return this.time < other.time || (this.time === other.time && this.input < other.input);
  }
}

/**
 * Puts the messages of several inputs into one order, which depends on nothing but the messages themselves.
 *
 * Within an input they keep their order. Of the first messages of all inputs, the one with the earliest event time is
 * next, or that of the first such input; but none waits for a message that was sent more than `idleAfter` later. So an
 * input that is idle, or whose events are behind, holds up the others for no longer. How messages were fetched, and
 * when, makes no difference: a message is handed on only when it is certain that no earlier one can come.
 *
 * That certainty comes from the messages themselves, or from the caller, who says that an input is silent. Should a
 * message come nevertheless that was sent before, its place has passed. It then counts as sent just after what went on
 * without it. This is why {@link takeLulls} must be stored: with it, the order is the same when messages are read again.
 *
 * @example
 * const merge = new Merge<Message>({ idleAfter: 1_000, inputs: [FROM_START, FROM_START] });
 * merge.add(0, order, { time: 10, sent: 100, offset: 0 });
 * merge.next(); // undefined: a payment may come that is earlier
 * merge.add(1, payment, { time: 12, sent: 101, offset: 0 });
 * merge.next(); // the order
 */
export class Merge<T> {
  readonly #lanes: readonly Lane<T>[];
  readonly #idleAfter: number;
  /** By input and offset. */
  #lulls = new Map<string, Lull>();

  constructor({ idleAfter, inputs, lulls = [] }: MergeOptions) {
    this.#idleAfter = idleAfter;
    this.#lanes = inputs.map((state, input) => new Lane(input, state, lulls));
  }

  /** The number of messages that wait, of one input or of all. */
  waiting(input?: number): number {
    if (input !== undefined) return this.#lane(input).length;
    return this.#lanes.reduce((sum, { length }) => sum + length, 0);
  }

  /** The first message of an input that waits. */
  firstOf(input: number): T | undefined {
    return this.#lane(input).first;
  }

  /** The offset of the next message to add to an input. */
  offsetOf(input: number): number {
    return this.#lane(input).next;
  }

  /**
   * When the first message of an input that was not handed on counts as sent at the earliest: to be kept with the
   * input's position.
   */
  sentOf(input: number): number {
    return this.#lane(input).floor;
  }

  /** Up to when it is certain that an input has no more messages than those that wait. */
  silentUntil(input: number): number {
    return this.#lane(input).newest - 1;
  }

  /**
   * The lulls since this was last called. They must be stored before what was made of the messages that went
   * on: if they are lost, messages that are read again can get other places.
   */
  takeLulls(): readonly Lull[] {
    const lulls = [...this.#lulls.values()];
    this.#lulls = new Map();
    return lulls;
  }

  /** Adds the next message of an input. */
  add(input: number, message: T, arrival: Arrival): void {
    const lane = this.#lane(input);
    const { offset } = arrival;
    const late = lane.add(message, arrival);
    // Who reads the messages without the claims must know it.
    if (late !== undefined) this.#lulls.set(`${input} ${offset}`, { input, offset, sent: late });
  }

  /**
   * Notes what an input itself says between its messages: later ones count as sent after this time. Other than
   * {@link silent}, this is part of the input, and has the same place whenever it is read.
   */
  claim(input: number, until: number): void {
    this.#lane(input).claim(until);
  }

  /**
   * Notes that an input gets no more messages that were sent at this time or before it: epoch milliseconds, infinity if
   * it has ended.
   */
  silent(input: number, until: number): void {
    const lane = this.#lane(input);
    lane.silentUntil = Math.max(lane.silentUntil, until);
  }

  /** Removes and returns the next message in order; undefined if it is not certain which one that is. */
  next(): Placed<T> | undefined {
    const lane = this.#first();
    if (lane === undefined) return undefined;
    const until = lane.sent + this.#idleAfter;
    for (const other of this.#lanes) if (other.length === 0 && !other.isSilentUntil(until)) return undefined;
    for (const other of this.#lanes) if (other.length === 0 && other.newest <= until) this.#pass(other, until);
    const { input, sent } = lane;
    return { input, message: lane.shift(), sent };
  }

  /** The lane whose message is first of those that wait. */
  #first(): Lane<T> | undefined {
    let earliest: Lane<T> | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      if (lane.length === 0) continue;
      oldest = Math.min(oldest, lane.sent);
      if (earliest === undefined || lane.isBefore(earliest)) earliest = lane;
    }
    if (earliest === undefined || oldest + this.#idleAfter >= earliest.sent) return earliest;
    // Some do not wait for the earliest one. Of those that wait for none, the one that was sent first is next.
    const free = this.#lanes.filter((lane) => lane.length > 0 && !this.#mustWait(lane));
    return free.reduce((first, lane) => (lane.sent < first.sent ? lane : first), earliest);
  }

  /** Whether the first message of a lane waits for that of another one. */
  #mustWait(lane: Lane<T>): boolean {
    const until = lane.sent + this.#idleAfter;
    return this.#lanes.some(
      (other) => other !== lane && other.length > 0 && other.sent <= until && other.isBefore(lane),
    );
  }

  #pass(lane: Lane<T>, until: number): void {
    if (lane.passed >= until) return;
    lane.passed = until;
    this.#lulls.set(`${lane.input} ${lane.next}`, { input: lane.input, offset: lane.next, sent: until + 1 });
  }

  #lane(input: number): Lane<T> {
    const lane = this.#lanes[input];
    if (lane === undefined) throw new RangeError(`there is no input ${input}`);
    return lane;
  }
}
