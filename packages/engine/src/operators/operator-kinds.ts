import { type Fields, type KeyedOptions, type KeyParts, StockafolioError } from '@stockafolio/core';
import type {
  CountNodeOptions,
  CurrentNodeOptions,
  DistinctNodeOptions,
  JoinAsOfNodeOptions,
  JoinBroadcastNodeOptions,
  JoinLatestNodeOptions,
  JoinWithinNodeOptions,
  KeyTuple,
  OperatorNode,
  ProcessNodeOptions,
  SessionNodeOptions,
  SlidingNodeOptions,
  OperatorStep,
  TopNodeOptions,
  WindowNodeOptions,
} from '@stockafolio/core/plan';
import type { PipelineContext } from '../flow/context.js';
import type { Operator, OperatorKind } from '../operator/operator.js';
import { isOwnKind, type OwnKind } from '../operator/own-kinds.js';
import { CountFold } from './count-fold.js';
import { Current } from './current.js';
import { Distinct } from './distinct.js';
import { JoinAsOf } from './join-as-of.js';
import { JoinBroadcast } from './join-broadcast.js';
import { JoinLatest } from './join-latest.js';
import { JoinWithin } from './join-within.js';
import { KeyedFold } from './keyed-fold.js';
import { keepingLatest } from './latest-fold.js';
import { OperatorHost } from './operator-host.js';
import { Process } from './process.js';
import { SessionFold } from './session-fold.js';
import { SlidingFold } from './sliding-fold.js';
import { unfoldingFold, type UnfoldingOptions } from './unfolding-fold.js';
import { TopFold } from './top-fold.js';
import { WindowFold } from './window-fold.js';

type FoldOptions = KeyedOptions<unknown, KeyTuple, Fields, unknown, KeyParts<unknown>>;

/** Starts an operator of the engine's own kinds, which may use all of its host. */
type Start = (host: OperatorHost, options: unknown) => Operator<unknown>;

const fold: Start = (host, options) => {
  const { unfold } = options as { readonly unfold?: UnfoldingOptions<Fields, unknown>['unfold'] };
  if (unfold === undefined) return new KeyedFold(host, options as FoldOptions);
  return unfoldingFold(host, options as UnfoldingOptions<Fields, unknown>) as Operator<unknown>;
};
const window: Start = (host, options) => new WindowFold(host, options as WindowNodeOptions<unknown, Fields>);

const kinds: Readonly<Record<OwnKind, Start>> = {
  foldByKey: fold,
  shardedFold: fold,
  latestByKey: (host, options) => new KeyedFold(host, keepingLatest(host.moment, options as FoldOptions)),
  currentByKey: (host, options) => new Current(host, options as CurrentNodeOptions) as Operator<unknown>,
  tumblingWindow: window,
  hoppingWindow: window,
  calendarWindow: window,
  sessionWindow: (host, options) => new SessionFold(host, options as SessionNodeOptions<unknown, Fields>),
  slidingWindow: (host, options) => new SlidingFold(host, options as SlidingNodeOptions<unknown, Fields>),
  countWindow: (host, options) => new CountFold(host, options as CountNodeOptions<unknown, Fields>),
  distinctByKey: (host, options) => new Distinct(host, options as DistinctNodeOptions<unknown>),
  processByKey: (host, options) => new Process(host, options as ProcessNodeOptions<unknown>),
  joinWithin: (host, options) => new JoinWithin(host, options as JoinWithinNodeOptions),
  joinAsOf: (host, options) => new JoinAsOf(host, options as JoinAsOfNodeOptions),
  joinBroadcast: (host, options) => new JoinBroadcast(host, options as JoinBroadcastNodeOptions),
  joinLatest: (host, options) => new JoinLatest(host, options as JoinLatestNodeOptions),
  topByKey: (host, options) => new TopFold(host, options as TopNodeOptions<unknown, Fields>),
};

/** The operator that executes a node. @throws ERR_PIPELINE_INVALID if its kind is unknown */
export function execute(context: PipelineContext, step: OperatorStep): OperatorHost {
  return new OperatorHost(context, step, startOf(step.node));
}

function startOf(node: OperatorNode): (host: OperatorHost) => Operator<unknown> {
  if (isOwnKind(node.kind)) {
    const own = kinds[node.kind];
    return (host) => own(host, node.options);
  }
  const kind = node.executedBy as OperatorKind<unknown, unknown, unknown> | undefined;
  if (kind !== undefined) return (host) => kind.start(node, host);
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${node.name}' is of the unknown kind '${node.kind}'`, {
    hint: `the kinds are ${Object.keys(kinds).join(', ')}; make others with operatorFunction() of @stockafolio/engine/operator`,
  });
}
