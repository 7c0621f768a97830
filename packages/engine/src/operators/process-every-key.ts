import { BadRecordError, type KeyPart } from '@stockafolio/core';
import type { EveryKeyNode, ForEveryKey, KeyTuple } from '@stockafolio/core/plan';
import { crc32, bytesOf } from '@stockafolio/core/ports';
import { asThrown } from '../flow/defect.js';
import type { OperatorHost } from './operator-host.js';

/** When a record comes: its event time and the watermark before it, in epoch milliseconds. */
interface When {
  readonly time: number;
  readonly watermark: number;
}

/** How a function is called for a key. */
export interface KeyCall extends When {
  readonly slot: number;
  readonly key: KeyTuple;
}

/** Calls `onKey` for a key. */
type Call = (each: EveryKeyNode, record: unknown, at: KeyCall) => void;

/**
 * Calls the functions of `everyKey` of `processByKey`: for one record of a broadcast stream, one call for each key.
 *
 * Each key is a step of its own, after the record has passed: a failure rolls back that key alone. A record that fails
 * elsewhere changes no key.
 */
export class ProcessEveryKey {
  readonly #host: OperatorHost;
  readonly #nodes: readonly EveryKeyNode[];
  readonly #call: Call;

  constructor(host: OperatorHost, nodes: readonly EveryKeyNode[], call: Call) {
    this.#host = host;
    this.#nodes = nodes;
    this.#call = call;
  }

  /** @throws ERR_BAD_RECORD if a field that parts of keys equal has no such value */
  process({ index, record }: ForEveryKey): void {
    const node = this.#nodes[index] as EveryKeyNode;
    const values = node.where.map(({ field }) => keyPartOf(record, field));
    const { moment, watermark } = this.#host;
    const when = { time: moment.time, watermark };
    this.#host.afterwards(() => this.#change(node, record, values, when));
  }

  #change(node: EveryKeyNode, record: unknown, values: readonly KeyPart[], when: When): void {
    const { context, state } = this.#host;
    for (const slot of this.#slots(node, values)) {
      if (context.fatal !== undefined) return;
      this.#changeKey(node, record, { ...when, slot, key: state.key(slot) });
    }
  }

  #changeKey(node: EveryKeyNode, record: unknown, at: KeyCall): void {
    const host = this.#host;
    const { context, state } = host;
    const { key, time, watermark } = at;
    const moment = { time, watermark, key: host.ownKey(key), nameOf: () => letterName(node.name, key) };
    context.emitFinal(host.node.name, { everyKey: node.name, key, time }, moment, () => {
      try {
        state.upsert(key, context.record, context.version);
        this.#call(node, record, at);
      } catch (error) {
        context.fail(asThrown(`operator '${host.node.name}'`, error));
      }
    });
  }

  /** The slots of the keys that it is for, in the order of the keys. No call frees the slot of another key. */
  #slots({ where }: EveryKeyNode, values: readonly KeyPart[]): Int32Array {
    const { state } = this.#host;
    const given = where.map(({ part }) => part);
    const slots = state.slotsWith(given, values);
    // All of them are equal in the parts that are given.
    const parts = [...(state.keyKinds ?? []).keys()].filter((part) => !given.includes(part));
    return slots.sort((a, b) => {
      for (const part of parts) {
        const order = state.comparePart(part, a, b);
        if (order !== 0) return order;
      }
      return 0;
    });
  }
}

function keyPartOf(record: unknown, field: string): KeyPart {
  const value = (record as Readonly<Record<string, unknown>>)[field];
  const type = typeof value;
  if (type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint') return value as KeyPart;
  throw new BadRecordError([{ field, message: `${String(value)} cannot be part of a key` }]);
}

/** So long may a name be beside that of the operator, in the table of dead letters. */
const LONGEST = 120;

/** The name of a key in its dead letter: a longer one is cut, and told from others by a checksum. */
function letterName(name: string, key: KeyTuple): string {
  const text = `${name} ${JSON.stringify(key, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))}`;
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST).toWellFormed()}... ${crc32(bytesOf(text)).toString(16).padStart(8, '0')}`;
}
