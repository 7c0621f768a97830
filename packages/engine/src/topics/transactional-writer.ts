import { StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage, Transactions } from '@stockafolio/core/ports';
import { numberOf } from './writer-headers.js';

/** Sends the messages of one partition to a topic in transactions; what was committed before is not sent again. */
export class TransactionalWriter {
  readonly #transactions: Transactions;
  /** The number of the next message; undefined before the first transaction. */
  #next: number | undefined;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  /** Resolves when these are committed, in one transaction. @throws ERR_WRITER_FENCED */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    this.#next ??= await this.#transactions.begin();
    const from = this.#next;
    const left = messages.filter((message) => numberOf(message) >= from);
    const last = left.at(-1);
    if (last === undefined) return;
    const next = numberOf(last) + 1;
    await this.#transactions.commit(left, next);
    this.#next = next;
  }
}

/** The error of a topic that is declared transactional, at a place without transactions. */
export function noTransactions(topic: string): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `topic '${topic}' is transactional, but where it is there are no transactions`,
    {
      hint: 'send it to Kafka; or declare it without transactional: readers of this library drop repeats in any case',
    },
  );
}
