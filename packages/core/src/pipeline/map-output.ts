import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { Flow, type FlowOrigin } from './flow.js';
import type { OutputNode } from './plan.js';

/** Whether nothing is emitted there, because it is a map of an operator. */
export function isMapOutput(origin: FlowOrigin): origin is OutputNode {
  return 'isMap' in origin && origin.isMap === true;
}

/** The name of the map of an operator that this is; undefined if it is none. */
export function mapOf(flow: Observable<unknown>): string | undefined {
  return flow instanceof Flow && flow.passes === undefined && isMapOutput(flow.origin) ? flow.origin.output : undefined;
}

/** Nothing but a table can be directly behind a map: it does not say when it changes. */
export function onlyIntoTables(what: string, { name, output }: OutputNode): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} is given the entries of map '${output}' of operator '${name}', which are not emitted`,
    {
      hint: `send the map itself into(table, ${output}); to emit changes, declare another output, and emit to it where the map is changed`,
    },
  );
}
