import { StockafolioError } from '@stockafolio/core';
import { needsStages, type OperatorNode, type Plan } from '@stockafolio/core/plan';
import type { PipelineContext } from '../flow/context.js';
import { receive } from '../flow/receive.js';
import { TableConnection } from '../flow/table-connection.js';
import { RepartitionConnection } from '../flow/repartition-connection.js';
import { TopicConnection } from '../flow/topic-connection.js';
import type { OperatorHost } from '../operators/operator-host.js';
import { execute } from '../operators/operator-kinds.js';

/** Creates the operators that execute a plan in one engine, and connects them in the plan's order. */
export function connectPlan(context: PipelineContext, plan: Plan): void {
  if (needsStages({ plan }))
    throw new StockafolioError('ERR_INTERNAL', `pipeline '${context.pipeline}' was not divided into its stages`);
  const { operators, connections } = context;
  const hosts = new Map<OperatorNode, OperatorHost>();
  for (const step of plan.steps) {
    if ('node' in step) {
      const operator = execute(context, step);
      for (const each of plan.steps) {
        if ('table' in each && each.writer === step.node) operator.attach(each.table, each.map);
      }
      for (const [input, timers] of (plan.timedBy.get(step.node) ?? []).entries()) {
        for (const timer of timers) {
          const host = hosts.get(timer);
          if (host !== undefined) operator.follow(host, input);
        }
      }
      hosts.set(step.node, operator);
      operators.push(operator);
      connections.push(...operator.connections);
    } else if ('table' in step) {
      if (step.writer === undefined) connections.push(new TableConnection(context, step.table, step.rows));
    } else if ('topic' in step) {
      connections.push(new TopicConnection(context, step));
    } else if ('origin' in step) {
      connections.push(new RepartitionConnection(context, step));
    } else {
      const { observed, next, error } = step;
      const see = (value: unknown): void => {
        if (!context.isAsking && !context.rows.isReplaced) next(value);
      };
      connections.push({ connect: () => receive(context, observed, see, error) });
    }
  }
  context.connect();
}
