import type { Table } from '@stockafolio/core';
import type { Archive, Codec, Mutation, ReadEntry } from '@stockafolio/core/ports';
import { deadLetters, type EngineOptions, withMessage } from '@stockafolio/engine';
import { readAt } from './read-at.js';

/**
 * If a pipeline reads only some fields, a rejected record is not available as a whole. Its dead letter is made without
 * the message, which is read from the archive before the dead letter is written: few records are rejected.
 */
export class WholeDeadLetters<T> {
  /** The codec for the engine: it records that a message must be filled in. */
  readonly codec: EngineOptions['codec'];
  readonly #whole: Codec<T>;
  readonly #archive: Archive<T>;
  readonly #partition: number;
  readonly #owner: string;
  readonly #missing = new Set<number>();

  /** @param owner the name under which the dead letters of the stream are kept: see `letterOwner` */
  constructor(codec: Codec<T>, archive: Archive<T>, partition: number, owner: string) {
    this.#whole = codec;
    this.#archive = archive;
    this.#partition = partition;
    this.#owner = owner;
    this.codec = {
      encode: (_, { offset }) => {
        this.#missing.add(offset);
        return new Uint8Array(0);
      },
    };
  }

  /** The same rows, with the messages filled into the dead letters. */
  async complete(rows: readonly Mutation[]): Promise<readonly Mutation[]> {
    if (this.#missing.size === 0) return rows;
    const messages = await this.#read([...this.#missing].sort((a, b) => a - b));
    this.#missing.clear();
    return rows.flatMap((row) => {
      if (row.table !== (deadLetters as Table) || row.values[OWNER] !== this.#owner) return row;
      if (row.values[PARTITION] !== this.#partition) return row;
      const message = messages.get(Number(row.values[OFFSET]));
      return message === undefined ? row : withMessage(row, message);
    });
  }

  async #read(offsets: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    const messages = new Map<number, Uint8Array>();
    const { defaults } = this.#whole;
    for (const file of await this.#archive.files()) {
      if (file.partition !== this.#partition) continue;
      for await (const entry of readAt(this.#archive, file, offsets, { defaults })) this.#take(entry, messages);
    }
    return messages;
  }

  #take(entry: ReadEntry<T>, messages: Map<number, Uint8Array>): void {
    if ('record' in entry) messages.set(entry.offset, this.#whole.encode(entry.record));
    else if ('raw' in entry) messages.set(entry.offset, this.#asWritten(entry.raw, entry.offset));
  }

  /**
   * A message that was rejected when it was archived, but is a valid record now: in the format in which the stream
   * writes dead letters.
   */
  #asWritten(raw: Uint8Array, offset: number): Uint8Array {
    return this.#whole.encode(this.#whole.decode(raw, { partition: this.#partition, offset }));
  }
}

const OWNER = deadLetters.columns.findIndex(({ name }) => name === 'pipeline');
const PARTITION = deadLetters.columns.findIndex(({ name }) => name === 'partition');
const OFFSET = deadLetters.columns.findIndex(({ name }) => name === 'offset');
