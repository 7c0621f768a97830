import { StockafolioError } from '@stockafolio/core';
import { declaredDelimiter } from '../csv-dialect.js';
import { csvRecords } from './csv-records.js';
import { isFingerprint } from './layout.js';
import type { Preset } from './preset.js';

/** A header is among the first lines. */
const SEARCHED = 200;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A preset that fits a file, and how its cells are separated. */
export interface Recognised {
  readonly preset: Preset;
  readonly delimiter: string;
}

/**
 * Finds the one preset whose header the file has.
 *
 * @throws ERR_USAGE if none has it, or several
 */
export function recognise(
  name: string,
  lines: readonly string[],
  presets: readonly Preset[],
  delimiter?: string,
): Recognised {
  const found = presets.flatMap((preset) => fitting(lines, preset, delimiter) ?? []);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const names = (some: readonly Preset[]): string => some.map((preset) => preset.name).join(', ');
  if (first === undefined) {
    throw new StockafolioError('ERR_USAGE', `${name} is of no known broker: ${headOf(lines)}`, {
      hint: `known are ${names(presets)}; write a preset for another (--preset FILE), or map columns (--map)`,
    });
  }
  throw new StockafolioError(
    'ERR_USAGE',
    `${name} may be of several brokers: ${names(found.map((each) => each.preset))}`,
    {
      hint: `say which: --broker ${first.preset.name}`,
    },
  );
}

/** @throws ERR_USAGE if the file does not have the header of the preset */
export function expectPreset(name: string, lines: readonly string[], preset: Preset, delimiter?: string): Recognised {
  const found = fitting(lines, preset, delimiter);
  if (found !== undefined) return found;
  const sets = preset.recognise.map((cells) => `\n  ${cells.join(', ')}`);
  throw new StockafolioError(
    'ERR_USAGE',
    `${name} has no line with the cells by which '${preset.name}' is recognised:${sets.join('')}\n${headOf(lines)}`,
    { hint: '--broker auto finds the broker; --delimiter says how cells are separated' },
  );
}

function fitting(lines: readonly string[], preset: Preset, given: string | undefined): Recognised | undefined {
  const head = lines.slice(0, SEARCHED);
  const declared = head.map(declaredDelimiter).find((each) => each !== undefined);
  const fixed = given ?? declared ?? preset.delimiter;
  const delimiter = (fixed === undefined ? DELIMITERS : [fixed]).find((each) =>
    csvRecords(head, each).some((record) => isFingerprint(record, preset)),
  );
  return delimiter === undefined ? undefined : { preset, delimiter };
}

function headOf(lines: readonly string[]): string {
  const first = lines.filter((line) => line.trim() !== '').slice(0, 3);
  return first.length === 0
    ? 'it is empty'
    : `it begins with${first.map((line) => `\n  ${line.slice(0, 120)}`).join('')}`;
}
