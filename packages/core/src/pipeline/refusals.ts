import { StockafolioError } from '../errors/index.js';
import type { Stream } from '../stream/index.js';
import type { Table } from '../table/index.js';
import type { KeyKind } from './key-kinds.js';
import type { OperatorNode } from './plan.js';

/** The error of an operator whose key is not the stream's. */
export function notPartitioned({ name }: OperatorNode, stream: Stream<unknown>): StockafolioError {
  const fields = stream.keyFields ?? [];
  return new StockafolioError(
    'ERR_KEY_NOT_PARTITIONED',
    `operator '${name}': its key must begin with that of stream '${stream.name}' (${fields.length > 0 ? fields.join(', ') : 'which is keyed by nothing'}), because other partitions hold records of its keys too`,
    {
      hint: "begin the key with the stream's own key, put repartition() before it, or use shardedFold with a table that has a shard column",
    },
  );
}

/**
 * The error of what cannot be given values that change.
 *
 * @param what it is and cannot do, such as `operator 'total' cannot fold`
 */
export function changes(what: string, { name, kind, finalAfter }: OperatorNode): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} what operator '${name}' (${kind}) emits: it changes, and when it is emitted depends on commits`,
    {
      hint:
        finalAfter !== undefined
          ? `put whenFinal() directly behind '${name}': then each window is passed on once, when no record can change it`
          : 'send it into a table only; fold the records themselves',
    },
  );
}

/**
 * The error of what is given records of a broadcast stream, and is neither `joinBroadcast` nor `everyKey`.
 *
 * @param what it is, such as `operator 'total'`
 */
export function readsBroadcast(what: string, { name }: Stream<unknown>): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} is given records of broadcast stream '${name}', which every partition has: they would count once in each`,
    {
      hint: 'give it to joinBroadcast(name, ...) as its other input, or to everyKey of processByKey, alone; to fold its records declare it with a key, in a pipeline of its own',
    },
  );
}

/** The error of `joinBroadcast` or `everyKey`, if they are given other records than those of broadcast streams. */
export function noBroadcast({ name }: OperatorNode, streams: readonly Stream<unknown>[]): StockafolioError {
  const [stream] = streams;
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${name}': its other input is ${stream === undefined ? 'no broadcast stream' : `stream '${stream.name}', which is not broadcast`}`,
    {
      hint: 'declare the stream so: stream(name, schema, { broadcast: true, time }); between it and joinBroadcast or everyKey there may be functions of RxJS, but no operators',
    },
  );
}

/** The error of an operator whose inputs have keys of other types. */
export function unlikeKeys(
  { name }: OperatorNode,
  kinds: readonly KeyKind[],
  otherKinds: readonly KeyKind[],
): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${name}': its keys are (${kinds.join(', ')}), and (${otherKinds.join(', ')}) in its other input`,
    { hint: 'records meet if their keys are equal: give both keys parts of the same types, in the same order' },
  );
}

/** The error of an operator that has to undo what no fold has made. */
export function notBehindFold(name: string): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${name}' has unfold, but is not directly behind foldByKey, shardedFold, latestByKey or joinLatest`,
    { hint: 'only they know the earlier values of their figures; select figures in the fold and in unfold' },
  );
}

/** The error of final values of what is no window. */
export function notBehindWindow(pipeline: string): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}': whenFinal() is not directly behind a window operator`,
    { hint: 'write it first: tumblingWindow(...), whenFinal(), map(...)' },
  );
}

/** The error of an operator that is to write a table with other keys. */
export function unlikeColumns(
  { name, key }: OperatorNode,
  table: Pick<Table, 'name'>,
  kinds: readonly KeyKind[],
  known: readonly KeyKind[],
): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${name}' cannot write to table '${table.name}': its key columns are (${kinds.join(', ')}), but ${key === undefined ? 'those of its other table are' : "the operator's key is"} (${known.join(', ')})`,
    {
      hint: "the tables of an operator have key columns of the same types, one for each part of the operator's key",
    },
  );
}

/** The error of an operator, a repartition or a topic that has the name of another one. */
export function nameTaken(pipeline: string, name: string): StockafolioError {
  return new StockafolioError('ERR_OPERATOR_NAME_TAKEN', `pipeline '${pipeline}' has two operators named '${name}'`, {
    hint: 'state is found by this name: give each operator its own name',
  });
}
