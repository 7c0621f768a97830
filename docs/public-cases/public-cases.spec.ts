import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { CaseFile } from './case.js';
import { files } from './data/index.js';
import type { Built } from './events.js';
import {
  type Final,
  type Played,
  playAtOnce,
  playBatch,
  playEach,
  playWithKills,
  type RowText,
  type Step,
} from './play.js';
import { differences, omissions } from './reasons.js';
import { ofChain, ofJoin, ofWindow, type Play } from './steps.js';

/** The entries of a file, each with its case and how it is played. */
const entriesOf = ({ windows = [], joins = [], chains = [] }: CaseFile) => [
  ...windows.map((each) => ({ each, play: ofWindow(each) })),
  ...joins.map((each) => ({ each, play: ofJoin(each) })),
  ...chains.map((each) => ({ each, play: ofChain(each) })),
];

describe('public cases of other systems', () => {
  for (const file of files) {
    describe(file.source, () => {
      it('has each case of the file once', () => {
        const expressed = entriesOf(file).flatMap(({ each }) => each.numbers);
        const all = [...expressed, ...Object.values(file.omitted).flat()];
        expect(all.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: file.count }, (_, n) => n));
      });

      for (const { each, play } of entriesOf(file)) {
        const { numbers, differs, letters = 0, unordered = false } = each;
        const name = numbers.join(', ');
        let played: Played;

        before(async () => {
          played = await playEach(play.built, play.steps);
        });

        if (differs === undefined) {
          it(`${name} holds${unordered ? '' : ', change by change'}`, () => {
            if (!unordered) expect(inSteps(play.expected, played)).to.deep.equal(played.changes.map(sorted));
            expect(played.rows).to.deep.equal(lastRows(play.expected));
          });
        } else {
          it(`${name} differs: ${differs}`, () => {
            expect(inSteps(play.here, played)).to.deep.equal(played.changes.map(sorted));
            expect(played.rows).to.deep.equal(lastRows(play.here));
            expect(inSteps(play.expected, played), 'it does not differ').to.not.deep.equal(played.changes.map(sorted));
          });
        }

        it(`${name} loses nothing in silence`, () => {
          expect(played.letters).to.have.length(letters);
        });

        it(`${name} is the same at once, after kills, in a batch, and with a stream each`, async () => {
          const { built, apart, steps } = play;
          const once = await playedAlike(built, steps, 1);
          // A lull emits windows that are open.
          if (steps.at(-1)?.side === 'tick') expect(once.rows).to.deep.equal(played.rows);
          expect(once.letters).to.deep.equal(played.letters);
          if (apart !== undefined) {
            const met = await playedAlike(apart, steps, 1);
            if (isInOrder(play)) expect(met).to.deep.equal(once);
          }
          // Where records are sent to other partitions, they come from several.
          for (const form of [built, ...(apart === undefined ? [] : [apart])]) {
            if (form.pipeline.plan.repartitions.length === 0) continue;
            const spread = await playedAlike(form, steps, PARTITIONS);
            if (isRising(play)) expect(spread).to.deep.equal(once);
          }
        });
      }
    });
  }

  it('are counted in the page, with all reasons', async () => {
    const page = await readFile(new URL('README.md', import.meta.url), 'utf8');
    const rows = files.map((file) => {
      const entries = entriesOf(file);
      const numbers = (which: typeof entries): number => which.flatMap(({ each }) => each.numbers).length;
      const held = numbers(entries.filter(({ each }) => each.differs === undefined));
      return [nameOf(file), file.count, numbers(entries), held];
    });
    const sums = [1, 2, 3].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
    expect(tableOf(page, 'file')).to.deep.equal([...rows, ['all', ...sums]].map((row) => row.map(String)));

    const counted = (reasons: readonly string[]): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      return counts;
    };
    const different = files.flatMap((file) =>
      entriesOf(file).flatMap(({ each }) => each.numbers.flatMap(() => each.differs ?? [])),
    );
    expect(tableOf(page, 'what differs')).to.deep.equal(
      Object.entries(differences).map(([name, why]) => [name, String(counted(different).get(name)), why]),
    );
    const omitted = files.flatMap(({ omitted }) =>
      Object.entries(omitted).flatMap(([reason, numbers]) => numbers.map(() => reason)),
    );
    expect(tableOf(page, 'not expressed')).to.deep.equal(
      Object.entries(omissions).map(([name, why]) => [name, String(counted(omitted).get(name)), why]),
    );
  });
});

const PARTITIONS = 3;

/** What comes with all records at once, and after kills, and in a batch. */
async function playedAlike(built: Built, steps: readonly Step[], partitions: number): Promise<Final> {
  const once = await playAtOnce(built, steps, partitions);
  for (const final of await playWithKills(built, steps, partitions)) expect(final).to.deep.equal(once);
  expect(await playBatch(built, steps, partitions)).to.deep.equal(once);
  return once;
}

/** Whether each record is later than the one before: then it is in time in all partitions, and none meets a later one. */
function isRising({ steps }: Play): boolean {
  return steps.every(({ time, side }, n) => side === 'tick' || time > (steps[n - 1]?.time ?? -1));
}

/** The expected changes, as many in each step as there were; those in excess are one more step. */
function inSteps(expected: readonly RowText[], { changes }: Played): RowText[][] {
  const steps: RowText[][] = [];
  let at = 0;
  for (const step of changes) {
    steps.push(sorted(expected.slice(at, at + step.length)));
    at += step.length;
  }
  if (at < expected.length) steps.push(sorted(expected.slice(at)));
  return steps;
}

/** What a table has after these changes. */
function lastRows(changes: readonly RowText[]): RowText[] {
  const rows = new Map<string, RowText>();
  for (const change of changes) {
    const [key = '', values] = change.split(' = ');
    if (values === '') rows.delete(key);
    else rows.set(key, change);
  }
  return sorted([...rows.values()]);
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}

/** Whether streams meet in the order of the case: they do by event time, and of equal times in the order of the flows. */
function isInOrder({ steps }: Play): boolean {
  return steps.every(({ time, side }, n) => {
    const before = steps[n - 1];
    if (before === undefined || before.time < time) return true;
    return before.time === time && flows.indexOf(before.side) <= flows.indexOf(side);
  });
}

const flows: readonly Step['side'][] = ['left', 'right', 'third', 'fourth', 'tick'];

function nameOf({ source }: CaseFile): string {
  return source.replace(/^.*\//, '');
}

/** The cells of the table of a page whose first column has this heading. */
function tableOf(page: string, heading: string): string[][] {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${heading}`)) + 2;
  const end = lines.findIndex((line, n) => n >= from && !line.startsWith('|'));
  return lines.slice(from, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
