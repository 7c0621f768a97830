import type { TimedMessage } from './protocol/write-batch.js';

/** One call of `append`, settled when all of its messages are. */
export interface Append {
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Messages of one batch, and the appends that they belong to. */
export interface Outgoing {
  readonly messages: readonly TimedMessage[];
  readonly appends: readonly { readonly append: Append; readonly count: number }[];
}

/** The messages that wait to be sent to one partition, in the order of appending. */
export class Outbox {
  readonly #waiting: { readonly append: Append; readonly messages: readonly TimedMessage[]; at: number }[] = [];

  add(append: Append, messages: readonly TimedMessage[]): void {
    this.#waiting.push({ append, messages, at: 0 });
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes the next messages, up to about this many bytes, but at least one. */
  take(bytes: number): Outgoing {
    const messages: TimedMessage[] = [];
    const appends: { append: Append; count: number }[] = [];
    let size = 0;
    for (let first = this.#waiting[0]; first !== undefined && size < bytes; first = this.#waiting[0]) {
      const before = messages.length;
      for (; first.at < first.messages.length; first.at++) {
        const message = first.messages[first.at] as TimedMessage;
        const adds = (message.value?.length ?? 0) + (message.key?.length ?? 0) + 24;
        if (messages.length > 0 && size + adds > bytes) {
          size = bytes;
          break;
        }
        size += adds;
        messages.push(message);
      }
      appends.push({ append: first.append, count: messages.length - before });
      if (first.at === first.messages.length) this.#waiting.shift();
    }
    return { messages, appends };
  }

  /** Fails all pending appends. */
  fail(error: unknown): void {
    for (const { append } of this.#waiting.splice(0)) append.reject(error);
  }
}
