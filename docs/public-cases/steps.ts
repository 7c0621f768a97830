import { days } from '@stockafolio/core';
import type {
  ChainCase,
  JoinCase,
  JoinInput,
  JoinOutput,
  JoinsShape,
  WindowCase,
  WindowInput,
  WindowOutput,
} from './case.js';
import type { Built } from './events.js';
import { joinPipeline } from './joins.js';
import type { RowText, Step } from './play.js';
import { windowPipeline } from './windows.js';

/** A case as the harness plays it. */
export interface Play {
  readonly built: Built;
  /** The same with a stream for each side of a join. */
  readonly apart: Built | undefined;
  readonly steps: readonly Step[];
  /** The changes of rows that the case expects. */
  readonly expected: readonly RowText[];
  /** Those that come here. */
  readonly here: readonly RowText[];
}

/** Time passes until nothing waits: what met no other record is certain then. */
const end = (time: number, key = '~'): Step => ({ side: 'tick', key, by: key, n: -1, time: time + days(3) });

export function ofWindow({ pipeline, in: inputs, out, here }: WindowCase): Play {
  const steps = inputs.map(windowStep);
  return {
    ...{ built: windowPipeline(pipeline), apart: undefined, steps },
    ...{ expected: windowTexts(out), here: windowTexts(here ?? out) },
  };
}

export function ofJoin({ pipeline, in: inputs, out, here }: JoinCase): Play {
  const steps = inputs.map(joinStep);
  const isTable = pipeline.joins.at(-1)?.join === 'latest';
  const keys = inputs.map(([, key, , , ...by]) => by.at(-1) ?? key);
  const texts = (outputs: readonly JoinOutput[]): RowText[] =>
    outputs.map((output) => {
      const records = output.slice(0, -1);
      const [first = 0] = records.filter((n) => n !== null);
      const ids = records.map((n) => n ?? '-').join(' ');
      return isTable ? `${keys[first]} = ${ids} ${output.at(-1)}` : `${keys[first]} ${ids} = ${output.at(-1)}`;
    });
  return {
    ...{
      built: joinPipeline(pipeline, 'one stream'),
      apart: joinPipeline(pipeline, 'a stream each'),
      steps: withEnd(steps, pipeline),
    },
    ...{ expected: texts(out), here: texts(here ?? out) },
  };
}

export function ofChain({ pipeline, in: inputs, out, here }: ChainCase): Play {
  const steps = inputs.map(joinStep);
  return {
    ...{
      built: joinPipeline(pipeline, 'one stream'),
      apart: joinPipeline(pipeline, 'a stream each'),
      steps: withEnd(steps, pipeline),
    },
    ...{ expected: windowTexts(out), here: windowTexts(here ?? out) },
  };
}

/** Where records are sent to other partitions, time passes in each of these. */
function withEnd(steps: readonly Step[], { rekeyed }: JoinsShape): Step[] {
  const time = Math.max(...steps.map(({ time }) => time));
  if (rekeyed === undefined) return [...steps, end(time)];
  const keys = new Set(steps.flatMap((step) => ('absent' in step ? [] : [step.by])));
  return [...steps, ...[...keys].map((key) => end(time, key))];
}

function windowStep([key, value, time]: WindowInput, n: number): Step {
  if (key === '~') return { side: 'tick', key, by: key, n, time };
  return { side: 'left', key, by: key, n, time, ...(value === null ? {} : { value }) };
}

function joinStep([side, key, value, time, ...joinedBy]: JoinInput, n: number): Step {
  if (value === null) return { absent: true, side, time };
  const [by = key ?? '', then] = joinedBy;
  return { side, key: key ?? '', by, n, value, time, ...(then === undefined ? {} : { then }) };
}

/**
 * Rows have the key and the start of their window as key here. So a session that becomes longer changes its row, where
 * other systems remove the old row and add one.
 */
function windowTexts(outputs: readonly WindowOutput[]): RowText[] {
  const texts: RowText[] = [];
  for (const [n, [key, start, end, value]] of outputs.entries()) {
    const [nextKey, nextStart] = outputs[n + 1] ?? [];
    if (value !== null) texts.push(`${key} ${start} = ${end} ${value}`);
    else if (nextKey !== key || nextStart !== start) texts.push(`${key} ${start} = `);
  }
  return texts;
}
