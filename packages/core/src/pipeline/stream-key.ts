import { StockafolioError } from '../errors/index.js';
import { fieldOf } from '../schema/index.js';
import type { Stream } from '../stream/index.js';
import { keyKindOf, type KeyKind } from './key-kinds.js';
import type { KeyPartNode, OperatorNode } from './plan.js';

/** Whether a key begins with the stream's own, which is known if both are names of fields; assumed otherwise. */
export function mayHaveStreamKey(key: readonly KeyPartNode[], { keyFields }: Stream<unknown>): boolean {
  if (keyFields === undefined) return true;
  const begins = keyFields.every((field, n) => {
    const part = key[n];
    return part !== undefined && 'field' in part && part.field === field;
  });
  return keyFields.length > 0 && begins;
}

/** Whether it is known that a key of records begins with their stream's own. */
export function hasStreamKey(key: readonly KeyPartNode[] | undefined, stream: Stream<unknown> | undefined): boolean {
  return key !== undefined && stream?.keyFields !== undefined && mayHaveStreamKey(key, stream);
}

/**
 * The kinds of the parts of a key, as far as they are known.
 *
 * @param stream whose records it is a key of; undefined if they are others
 * @param isSome whether it is a key of some of its records, which may all have a field that is optional
 * @throws ERR_PIPELINE_INVALID if not all records have a field of it
 */
export function kindsOf(
  node: OperatorNode,
  key: readonly KeyPartNode[],
  stream: Stream<unknown> | undefined,
  isSome: boolean,
): readonly (KeyKind | undefined)[] {
  return key.map((part) => {
    if ('type' in part) return keyKindOf(part.type);
    return stream === undefined ? undefined : kindOfField(node, part.field, stream, isSome);
  });
}

function kindOfField(node: OperatorNode, field: string, { name, schema }: Stream<unknown>, isSome: boolean): KeyKind {
  const { fields, names } = schema;
  const type = Object.hasOwn(fields, field) ? fieldOf(fields, field) : undefined;
  if (type !== undefined && (isSome || !type.optional)) return keyKindOf(type);
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${node.name}' cannot have '${field}' in its key: not every record of stream '${name}' has it`,
    { hint: `the fields of its records are ${names.join(', ')}` },
  );
}
