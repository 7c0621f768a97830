import { typeName, type StateColumn } from '@stockafolio/core/ports';
import {
  type KeyKind,
  layoutOf,
  OF_FIRST_RECORD,
  type OperatorLayout,
  type OperatorNode,
  type Plan,
  shownInitial,
  timerField,
} from '@stockafolio/core/plan';
import { isOwnKind } from '../operator/own-kinds.js';
import { columnOf, initialOf } from '../state/columns.js';
import { stateColumns } from '../state/cursor.js';
import type { CheckpointHeader, OperatorPart } from './header.js';
import { isLink } from '../state/sub-keys.js';
import { canBeRead } from '../state/saved-slots.js';

/** What a changed plan does to one operator's state, or to one table. */
export interface PlanChange {
  readonly subject: string;
  readonly verdict: 'kept' | 'migrated' | 'empty' | 'lost';
  readonly detail: string;
}

/** Settings that may change without changing the meaning of the state; `partial` is detected from the records. */
const free = new Set(['allowedLateness', 'emit', 'emitEvery', 'emitEveryMs', 'k', 'partial']);

/** Settings of own kinds whose fields are compared one by one, so that a name may be added or left out. */
const byField = new Set(['initial', 'timers', 'maps', 'lists', 'outputs', 'everyKey']);

/** Settings that are known only if they are data: beside a function, only the kinds of the key's parts can be compared. */
const declared = new Set(['key', 'otherKey', 'group']);

/** The parts of a plan that are compared. */
export type PlanToCompare = Pick<Plan, 'operators' | 'tables' | 'keyKinds'> & Partial<Pick<Plan, 'topics'>>;

/** Compares the operators, tables and topics of a plan with those of a checkpoint, one line for each. */
export function comparePlans(header: CheckpointHeader, plan: PlanToCompare): PlanChange[] {
  const { operators, tables, topics = [], keyKinds } = plan;
  const before = new Map(header.operators.map((part) => [part.layout.name, part]));
  const changes = operators.map((node) => compareOperator(before.get(node.name), node, keyKinds.get(node)));
  const names = new Set(operators.map(({ name }) => name));
  for (const { layout } of header.operators) {
    if (names.has(layout.name)) continue;
    changes.push({
      subject: `operator '${layout.name}'`,
      verdict: 'lost',
      detail: 'was removed from the pipeline: its state is dropped',
    });
  }
  for (const { name } of tables) {
    if (header.tables.includes(name)) continue;
    changes.push({ subject: `table '${name}'`, verdict: 'empty', detail: 'is new: it has rows only from here on' });
  }
  for (const { stream } of topics) {
    if (header.position.departed?.next[stream.name] !== undefined) continue;
    const detail = 'is new: only what comes from here on is sent';
    changes.push({ subject: `topic '${stream.name}'`, verdict: 'empty', detail });
  }
  return changes;
}

function compareOperator(
  before: OperatorPart | undefined,
  node: OperatorNode,
  kinds: readonly KeyKind[] | undefined,
): PlanChange {
  const layout = layoutOf(node);
  const columns = columnsOf(node);
  const subject = `operator '${layout.name}'`;
  if (before === undefined)
    return { subject, verdict: 'empty', detail: 'is new: it begins empty, without earlier records' };
  const unlike =
    differing(before.layout, layout) ??
    keyDiffering(before, kinds) ??
    subKeyDiffering(before, node) ??
    expiryDiffering(before, columns);
  if (unlike !== undefined)
    return { subject, verdict: 'lost', detail: `${unlike}: its state is dropped, and it begins empty` };
  const kept = new Map(columnsBefore(before).map((column) => [column.name, column]));
  const added = columns
    .filter((column) => {
      const old = kept.get(column.name);
      return old === undefined || !canBeRead(old, column);
    })
    .map((c) => c.name);
  const dropped = [...kept.keys()].filter((name) => !columns.some((column) => column.name === name));
  const left = ranksLeft(before.layout, layout);
  const begun = initialDiffering(before, layout, columns);
  const changedBy = everyKeyDiffering(before.layout, layout);
  const others = [left, begun, changedBy];
  if (added.length === 0 && dropped.length === 0 && others.every((each) => each === undefined))
    return { subject, verdict: 'kept', detail: 'is unchanged' };
  const details = [
    ...(left === undefined ? [] : [left]),
    ...addedDetails(added, layout),
    ...retypedDetails(kept, columns),
    ...(begun === undefined ? [] : [begun]),
    ...(changedBy === undefined ? [] : [changedBy]),
    ...(dropped.length > 0 ? [`${dropped.map(shownName).join(', ')} are dropped`] : []),
  ];
  return { subject, verdict: 'migrated', detail: details.join('; ') };
}

/** What a ranking of fewer keys leaves in its tables: a key may then be both at a new rank and at its old one. */
function ranksLeft(before: OperatorLayout, now: OperatorLayout): string | undefined {
  const [was, is] = [Number(before.settings['k']), Number(now.settings['k'])];
  if (!(is < was)) return undefined;
  return `ranks ${is} keys instead of ${was}: the rows of ranks ${is + 1} to ${was} remain until they are removed, or its table is rebuilt`;
}

/** By which broadcast streams keys are changed, if that is not as before: it means nothing for what keys already hold. */
function everyKeyDiffering(before: OperatorLayout, now: OperatorLayout): string | undefined {
  const [was, is] = [before, now].map(({ settings }) => settings['everyKey'] ?? 'not set');
  return was === is ? undefined : `everyKey was ${was} and is ${is}, for the records from here on`;
}

const TIMER = timerField('');

/** A field as messages have it: a timer by its own name. */
function shownName(field: string): string {
  return field.startsWith(TIMER) ? `timer ${field.slice(TIMER.length)}` : field;
}

/** Where added fields begin: a function of the first record cannot be called any more for the keys that are held. */
function addedDetails(added: readonly string[], { settings }: OperatorLayout): string[] {
  const timers = added.filter((name) => name.startsWith(TIMER));
  const fields = added.filter((name) => !name.startsWith(TIMER));
  const isComputed = settings['initial'] === OF_FIRST_RECORD;
  const where = isComputed
    ? "what their types begin with, as their keys' first records are gone"
    : 'their initial values';
  return [
    ...(fields.length === 0 ? [] : [`${fields.join(', ')} begin at ${where}`]),
    ...(timers.length === 0 ? [] : [`${timers.map(shownName).join(', ')} are not set`]),
  ];
}

/** Fields of another type now, such as decimals of another scale: their values mean something else. */
function retypedDetails(kept: ReadonlyMap<string, StateColumn>, columns: readonly StateColumn[]): string[] {
  return columns.flatMap((column) => {
    const old = kept.get(column.name);
    if (old === undefined || typeName(old) === typeName(column)) return [];
    return [`${shownName(column.name)} was ${typeName(old)} and is ${typeName(column)}`];
  });
}

/** How keys begin otherwise than before: those that are held keep what they have come to from there. */
function initialDiffering(
  before: OperatorPart,
  layout: OperatorLayout,
  columns: readonly StateColumn[],
): string | undefined {
  const was = new Map(columnsBefore(before).map((column) => [column.name, column]));
  const changes = columns.flatMap((column) => {
    const old = was.get(column.name);
    if (old === undefined || !canBeRead(old, column) || old.initial === column.initial) return [];
    return [`${column.name} at ${shownInitial(initialOf(column))} instead of ${shownInitial(initialOf(old))}`];
  });
  const [wasComputed, isComputed] = [before.layout, layout].map(
    ({ settings }) => settings['initial'] === OF_FIRST_RECORD,
  );
  if (isComputed !== wasComputed)
    changes.push(isComputed === true ? 'with values of their first records' : 'without values of their first records');
  return changes.length === 0 ? undefined : `new keys begin ${changes.join(', ')}; keys that it has go on as they are`;
}

function differing(before: OperatorLayout, now: OperatorLayout): string | undefined {
  if (before.kind !== now.kind) return `was a ${before.kind} and is a ${now.kind}`;
  for (const name of new Set([...Object.keys(before.settings), ...Object.keys(now.settings)])) {
    if (free.has(name) || before.settings[name] === now.settings[name]) continue;
    if (byField.has(name) && isOwnKind(now.kind)) continue;
    if (declared.has(name) && (before.settings[name] === undefined || now.settings[name] === undefined)) continue;
    return `${name} was ${before.settings[name] ?? 'not set'} and is ${now.settings[name] ?? 'not set'}`;
  }
  return undefined;
}

/** A key with other parts finds nothing of the old state: it would begin at zero, or be rejected record by record. */
function keyDiffering({ state }: OperatorPart, now: readonly KeyKind[] | undefined): string | undefined {
  if (state.kinds === null || now === undefined || state.kinds.join() === now.join()) return undefined;
  return `its key was (${state.kinds.join(', ')}) and is (${now.join(', ')})`;
}

/** The fields of a state, and those of its sub-keys, without what links these. */
function columnsOf({ state, subKeys = {} }: OperatorNode): StateColumn[] {
  const below = Object.entries(subKeys).flatMap(([name, { fields }]) => within(name, stateColumns(fields)));
  return [...stateColumns(state), ...below];
}

function columnsBefore({ state, subKeys = {} }: OperatorPart): StateColumn[] {
  const isRoot = ({ name }: StateColumn): boolean => Object.keys(subKeys).some((each) => name.startsWith(`$${each}_`));
  const below = Object.entries(subKeys).flatMap(([name, { columns }]) =>
    within(
      name,
      columns.map(columnOf).filter((column) => !isLink(column.name)),
    ),
  );
  return [...state.columns.map(columnOf).filter((column) => !isRoot(column)), ...below];
}

function within(name: string, columns: readonly StateColumn[]): StateColumn[] {
  return columns.map((column) => ({ ...column, name: `${name}.${column.name}` }));
}

/** Sub-keys of another kind, or order, find nothing of the old ones. */
function subKeyDiffering({ subKeys = {} }: OperatorPart, node: OperatorNode): string | undefined {
  for (const [name, { kinds }] of Object.entries(subKeys)) {
    const [was, is] = [kinds?.[1], node.subKeys?.[name]?.kind];
    if (was !== undefined && is !== undefined && was !== is) return `its sub-keys '${name}' were ${was} and are ${is}`;
    const [wasMulti, isMulti] = [kinds?.length === 3, node.subKeys?.[name]?.isMulti === true];
    if (was !== undefined && is !== undefined && wasMulti !== isMulti)
      return `its sub-keys '${name}' were ${wasMulti ? 'several' : 'one'} of each value and are ${isMulti ? 'several' : 'one'}`;
  }
  return undefined;
}

/** A ranking does not have `expires` among its settings: the field that stores the expiry shows whether keys expire. */
function expiryDiffering(before: OperatorPart, now: readonly StateColumn[]): string | undefined {
  const isSet = (columns: readonly StateColumn[]): string =>
    columns.some(({ name }) => name === '$until') ? 'yes' : 'not set';
  const [was, is] = [isSet(before.state.columns.map(columnOf)), isSet(now)];
  return was === is ? undefined : `expires was ${was} and is ${is}`;
}
