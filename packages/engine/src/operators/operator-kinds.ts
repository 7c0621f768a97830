import type { Observable } from 'rxjs';
import { type Fields, type KeyedOptions, type KeyParts, StockafolioError } from '@stockafolio/core';
import type { KeyTuple, OperatorNode, TopNodeOptions, WindowNodeOptions } from '@stockafolio/core/plan';
import { KeyedFold } from './keyed-fold.js';
import { keepingLatest } from './latest-fold.js';
import { TopFold } from './top-fold.js';
import { WindowFold } from './window-fold.js';
import type { Connection, OperatorRuntime, PipelineContext, StateWriter } from '../flow/context.js';

type Executed = OperatorRuntime & Connection & Partial<StateWriter>;

/** Creates the operator that executes a node in one engine. */
type OperatorKind = (context: PipelineContext, node: OperatorNode, input: Observable<unknown>) => Executed;

type FoldOptions = KeyedOptions<unknown, KeyTuple, Fields, unknown, KeyParts<unknown>>;
type WindowNode = OperatorNode<WindowNodeOptions<unknown, Fields>>;
type TopNode = OperatorNode<TopNodeOptions<unknown, Fields>>;

const fold: OperatorKind = (context, node, input) => new KeyedFold(context, node, input, node.options as FoldOptions);
const latest: OperatorKind = (context, node, input) =>
  new KeyedFold(context, node, input, keepingLatest(context, node.options as FoldOptions));
const window: OperatorKind = (context, node, input) => new WindowFold(context, node as WindowNode, input);

/** The operators by the kind of their node. */
const kinds: Readonly<Record<string, OperatorKind>> = {
  foldByKey: fold,
  shardedFold: fold,
  latestByKey: latest,
  tumblingWindow: window,
  hoppingWindow: window,
  calendarWindow: window,
  topByKey: (context, node, input) => new TopFold(context, node as TopNode, input),
};

/** The operator that executes a node. @throws ERR_PIPELINE_INVALID if its kind is unknown */
export function execute(context: PipelineContext, node: OperatorNode, input: Observable<unknown>): Executed {
  const kind = kinds[node.kind];
  if (kind !== undefined) return kind(context, node, input);
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${node.name}' is of the unknown kind '${node.kind}'`, {
    hint: `the kinds are ${Object.keys(kinds).join(', ')}`,
  });
}
