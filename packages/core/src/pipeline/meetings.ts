import { StockafolioError } from '../errors/index.js';
import type { Stream } from '../stream/index.js';
import { keyKindOf } from './key-kinds.js';
import type { OperatorNode } from './plan.js';
import { fieldOf } from '../schema/index.js';

/** Notes which streams meet in operators that need all records of a key, and checks that this is possible. */
export class Meetings {
  readonly #streams: readonly Stream<unknown>[];
  /** By stream, the group of those that it meets, itself included. */
  readonly #groups: ReadonlySet<number>[] = [];

  /** @param streams to which streams may be added: see {@link addStream} */
  constructor(streams: readonly Stream<unknown>[]) {
    this.#streams = streams;
  }

  /** Notes that there is one more stream. */
  addStream(): void {
    this.#groups.push(new Set([this.#groups.length]));
  }

  /**
   * Notes that records of these streams meet in an operator.
   *
   * @throws ERR_NOT_COPARTITIONED
   */
  add(node: OperatorNode, inputs: ReadonlySet<number>): void {
    if (inputs.size < 2 || node.isShared) return;
    const [first, ...others] = [...inputs];
    if (first === undefined) return;
    for (const other of others) this.#check(node, first, other);
    const group = new Set([...inputs].flatMap((n) => [...(this.#groups[n] ?? [])]));
    for (const n of group) this.#groups[n] = group;
  }

  /** The groups of streams that meet, each once. */
  get groups(): readonly (readonly number[])[] {
    return [...new Set(this.#groups)]
      .filter((group) => group.size > 1)
      .map((group) => [...group].sort((a, b) => a - b));
  }

  #check(node: OperatorNode, a: number, b: number): void {
    const [one, other] = [this.#streams[a], this.#streams[b]];
    if (one === undefined || other === undefined) return;
    const difference = differenceOf(one, other);
    if (difference === undefined) return;
    throw new StockafolioError(
      'ERR_NOT_COPARTITIONED',
      `operator '${node.name}' reads streams '${one.name}' and '${other.name}', but ${difference}: records of a key would be in different partitions`,
      {
        hint: 'declare both with keys of the same parts and with the same partitioner, as their topics are written; or put a repartition() before it, or use shardedFold with a table that has a shard column',
      },
    );
  }
}

/** How two streams are partitioned otherwise, as far as that is known without their sources. */
function differenceOf(one: Stream<unknown>, other: Stream<unknown>): string | undefined {
  for (const { name, partitioner } of [one, other])
    if (partitioner === undefined) return `'${name}' is keyed by nothing`;
  if (one.partitioner !== other.partitioner)
    return `their partitioners are ${wordOf(one.partitioner)} and ${wordOf(other.partitioner)}`;
  const [kinds, otherKinds] = [kindsOf(one), kindsOf(other)];
  if (kinds === undefined || otherKinds === undefined || kinds.join() === otherKinds.join()) return undefined;
  return `their keys are (${kinds.join(', ')}) and (${otherKinds.join(', ')})`;
}

function wordOf(partitioner: Stream<unknown>['partitioner']): string {
  return typeof partitioner === 'string' ? partitioner : 'functions of their own';
}

/** The kinds of the parts of a stream's key; undefined if a function makes it. */
function kindsOf({ keyFields, schema }: Stream<unknown>): readonly string[] | undefined {
  return keyFields?.map((field) => keyKindOf(fieldOf(schema.fields, field)));
}
