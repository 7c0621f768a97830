import { InvalidArgumentError, type Command } from 'commander';
import { isStockafolioError, StockafolioError, type Table, type Value } from '@stockafolio/core';
import { formatRow, formatValue, parseValue, type StoredRow, type Tables } from '@stockafolio/core/ports';
import { deadLetterParts, tablesOf as tablesOfPipeline } from '@stockafolio/engine';
import { loadApp, type App } from '../app.js';
import type { Toolkit } from '../toolkit.js';
import { asStored } from '../as-stored.js';
import { counted } from '../output/counted.js';
import { LineWriter } from '../output/line-writer.js';
import type { CommonOptions } from './options.js';

interface TablesFlags extends CommonOptions {
  readonly tables: string;
  readonly format: 'jsonl' | 'csv';
}

/** Every table of an application, including those of the library itself. */
export function tablesOf(app: App): readonly Table[] {
  return tablesOfPipeline(app.pipeline);
}

export function addTables(program: Command, toolkit: Toolkit): void {
  const group = program.command('tables').description('inspect the tables');
  const shared = (command: Command): Command =>
    command
      .requiredOption('--tables <tables>', 'the tables: embedded:DIR or cassandra://...')
      .option('--app <module>', 'the application that defines the tables; defaults to Stockafolio');
  const format = (text: string): 'jsonl' | 'csv' => {
    if (text === 'jsonl' || text === 'csv') return text;
    throw new InvalidArgumentError('It must be jsonl or csv.');
  };
  shared(group.command('create').description('create the tables of the application, and check those that exist'))
    .option('--json', 'end with one line of JSON')
    .action(async (flags: TablesFlags) => create(flags, toolkit));
  shared(
    group
      .command('get')
      .description('print the rows of a key, or of its leading parts')
      .argument('<table>')
      .argument('<key...>'),
  )
    .option('--format <format>', 'jsonl or csv', format, 'jsonl')
    .option('--json', 'end with one line of JSON, after the rows')
    .action(async (name: string, key: string[], flags: TablesFlags) => get(name, key, flags, toolkit));
  shared(
    group
      .command('dump')
      .description('print all rows, sorted by key')
      .argument('[table]', 'one table; defaults to all'),
  )
    .option('--format <format>', 'jsonl or csv', format, 'jsonl')
    .option('--json', 'end with one line of JSON, after the rows')
    .action(async (name: string | undefined, flags: TablesFlags) => dump(name, flags, toolkit));
  shared(group.command('sweep').description('free the space of expired rows'))
    .option('--json', 'end with one line of JSON')
    .action(async (flags: TablesFlags) => sweep(flags, toolkit));
}

async function sweep(flags: TablesFlags, toolkit: Toolkit): Promise<void> {
  const store = toolkit.openTables(flags.tables);
  try {
    const removed = (await store.sweep?.()) ?? 0;
    toolkit.reporter(flags.json).result(`${counted(removed, 'row')} removed`, { ok: true, removed });
  } finally {
    await store.close();
  }
}

async function create(flags: TablesFlags, toolkit: Toolkit): Promise<void> {
  const tables = tablesOf(await loadApp(flags.app));
  const store = toolkit.openTables(flags.tables);
  try {
    await store.create(tables);
    const names = tables.map(({ name }) => name);
    toolkit
      .reporter(flags.json)
      .result(`${counted(names.length, 'table')}: ${names.join(', ')}`, { ok: true, tables: names });
  } finally {
    await store.close();
  }
}

async function get(name: string, key: readonly string[], flags: TablesFlags, toolkit: Toolkit): Promise<void> {
  const table = named(tablesOf(await loadApp(flags.app)), name);
  const columns = table.columns.slice(0, table.keyLength);
  if (key.length < table.partitionLength || key.length > columns.length) {
    throw new StockafolioError(
      'ERR_USAGE',
      `a key of '${name}' has ${table.partitionLength} to ${columns.length} parts, not ${key.length}`,
      {
        hint: `the parts are: ${columns.map(({ stored }) => stored).join(', ')}`,
      },
    );
  }
  const prefix: Value[] = key.map((text, n) => parsePart(table, n, text));
  await withTables(flags, toolkit, (store) => print(table, store.scan(table, prefix), flags.format));
}

async function dump(name: string | undefined, flags: TablesFlags, toolkit: Toolkit): Promise<void> {
  const all = tablesOf(await loadApp(flags.app));
  if (name === undefined && flags.format === 'csv') {
    throw new StockafolioError('ERR_USAGE', 'a dump of all tables cannot be CSV', {
      hint: 'name one table, or use --format jsonl',
    });
  }
  await withTables(flags, toolkit, async (store) => {
    const tables = name === undefined ? await madeOf(all, store) : [named(all, name)];
    const stored = await asStored(store, tables);
    let rows = 0;
    try {
      for (const table of tables) {
        rows +=
          name === undefined
            ? await print(table, stored.scanAll(table), 'jsonl', `{"table":${JSON.stringify(table.name)},"row":`, '}')
            : await print(table, stored.scanAll(table), flags.format);
      }
    } finally {
      await stored.close();
    }
    return rows;
  });
}

/**
 * The tables without the one for parts of dead letters, if an earlier version has created them: it had no such table.
 */
async function madeOf(tables: readonly Table[], store: Tables): Promise<readonly Table[]> {
  try {
    await store
      .scanAll(deadLetterParts as Table, { limit: 1 })
      [Symbol.asyncIterator]()
      .next();
    return tables;
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
    return tables.filter(({ name }) => name !== deadLetterParts.name);
  }
}

/** @param step prints rows, and returns how many */
async function withTables(
  flags: TablesFlags,
  toolkit: Toolkit,
  step: (store: Tables) => Promise<number>,
): Promise<void> {
  const store = toolkit.openTables(flags.tables, { readOnly: true, asStored: true });
  let rows: number;
  try {
    rows = await step(store);
  } finally {
    await store.close();
  }
  if (flags.json === true) toolkit.reporter(true).result('', { ok: true, rows });
}

async function print(
  table: Table,
  rows: AsyncIterable<StoredRow>,
  format: 'jsonl' | 'csv',
  before = '',
  after = '',
): Promise<number> {
  const out = new LineWriter(process.stdout);
  let count = 0;
  if (format === 'csv') await out.write(table.columns.map(({ stored }) => stored).join(','));
  for await (const { values } of rows) {
    await out.write(format === 'csv' ? csvRow(table, values) : `${before}${formatRow(table, values)}${after}`);
    count++;
  }
  await out.flush();
  return count;
}

function csvRow(table: Table, values: readonly Value[]): string {
  return table.columns
    .map(({ type }, n) => {
      const value = values[n];
      const text = value === undefined ? '' : String(formatValue(type, value));
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

function parsePart(table: Table, n: number, text: string): Value {
  const column = table.columns[n];
  if (column === undefined) throw new StockafolioError('ERR_INTERNAL', `table '${table.name}' has no column ${n}`);
  return parseValue(column.type, text);
}

/** @throws ERR_TABLE_UNKNOWN listing the tables that exist */
export function named(tables: readonly Table[], name: string): Table {
  const table = tables.find((candidate) => candidate.name === name);
  if (table !== undefined) return table;
  throw new StockafolioError('ERR_TABLE_UNKNOWN', `there is no table '${name}'`, {
    hint: `the tables are: ${tables.map((t) => t.name).join(', ')}`,
  });
}
