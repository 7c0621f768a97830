import type { OperatorLayout } from '../pipeline/context.js';
import type { StateColumn } from '../state/columns.js';
import type { KeyedState } from '../state/keyed-state.js';
import type { CheckpointHeader, OperatorPart } from './header.js';
import { canBeRead } from './state-codec.js';

/** What a changed plan does to one operator's state, or to one table. */
export interface PlanChange {
  readonly subject: string;
  readonly verdict: 'kept' | 'migrated' | 'empty' | 'lost';
  readonly detail: string;
}

interface PlannedOperator {
  readonly layout: OperatorLayout;
  readonly state: KeyedState;
}

/** Settings that may change without changing what the state means; `partial` is found out by the records. */
const free = new Set(['allowedLateness', 'k', 'partial']);

/** Compares the operators and tables of a pipeline with those of a checkpoint, one line for each. */
export function comparePlans(
  header: CheckpointHeader,
  operators: readonly PlannedOperator[],
  tables: readonly string[],
): PlanChange[] {
  const before = new Map(header.operators.map((part) => [part.layout.name, part]));
  const changes = operators.map((operator) => compareOperator(before.get(operator.layout.name), operator));
  const names = new Set(operators.map(({ layout }) => layout.name));
  for (const { layout } of header.operators) {
    if (names.has(layout.name)) continue;
    changes.push({
      subject: `operator '${layout.name}'`,
      verdict: 'lost',
      detail: 'is gone from the pipeline: its state is dropped',
    });
  }
  for (const name of tables) {
    if (header.tables.includes(name)) continue;
    changes.push({ subject: `table '${name}'`, verdict: 'empty', detail: 'is new: it has rows only from here on' });
  }
  return changes;
}

function compareOperator(before: OperatorPart | undefined, { layout, state }: PlannedOperator): PlanChange {
  const subject = `operator '${layout.name}'`;
  if (before === undefined)
    return { subject, verdict: 'empty', detail: 'is new: it begins empty, and knows nothing of earlier records' };
  const unlike = differing(before.layout, layout) ?? expiryDiffering(before, state);
  if (unlike !== undefined)
    return { subject, verdict: 'lost', detail: `${unlike}: its state is dropped, and it begins empty` };
  const kept = new Map(before.state.columns.map((column) => [column.name, column]));
  const added = state.columns
    .filter((column) => {
      const old = kept.get(column.name);
      return old === undefined || !canBeRead(old, column);
    })
    .map((c) => c.name);
  const dropped = [...kept.keys()].filter((name) => !state.columns.some((column) => column.name === name));
  const left = ranksLeft(before.layout, layout);
  if (added.length === 0 && dropped.length === 0 && left === undefined)
    return { subject, verdict: 'kept', detail: 'is as it was' };
  const details = [
    ...(left === undefined ? [] : [left]),
    ...(added.length > 0 ? [`${added.join(', ')} begin at their initial values`] : []),
    ...(dropped.length > 0 ? [`${dropped.join(', ')} are dropped`] : []),
  ];
  return { subject, verdict: 'migrated', detail: details.join('; ') };
}

/** What a ranking of fewer keys leaves in its tables: a key may then stand at a new rank and at its old one. */
function ranksLeft(before: OperatorLayout, now: OperatorLayout): string | undefined {
  const [was, is] = [Number(before.settings['k']), Number(now.settings['k'])];
  if (!(is < was)) return undefined;
  return `ranks ${was} keys no longer but ${is}: the rows of ranks ${is + 1} to ${was} stay as they are until they are removed, or its table is made anew`;
}

function differing(before: OperatorLayout, now: OperatorLayout): string | undefined {
  if (before.kind !== now.kind) return `was a ${before.kind} and is a ${now.kind}`;
  for (const name of new Set([...Object.keys(before.settings), ...Object.keys(now.settings)])) {
    if (free.has(name) || before.settings[name] === now.settings[name]) continue;
    return `${name} was ${before.settings[name] ?? 'not set'} and is ${now.settings[name] ?? 'not set'}`;
  }
  return undefined;
}

/** A ranking does not have it among its settings: whether keys expire is seen by the field that keeps when. */
function expiryDiffering(before: OperatorPart, now: KeyedState): string | undefined {
  const isSet = ({ columns }: { readonly columns: readonly StateColumn[] }): string =>
    columns.some(({ name }) => name === '$until') ? 'yes' : 'not set';
  const [was, is] = [isSet(before.state), isSet(now)];
  return was === is ? undefined : `expires was ${was} and is ${is}`;
}
