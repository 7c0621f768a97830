import { PartitionEngine, comparePlans, findCheckpoint } from '@stockafolio/core/engine';
import { InvalidArgumentError, type Command } from 'commander';
import { codecOf, loadApp, type App } from '../app.js';
import type { Toolkit } from '../toolkit.js';
import { FILES, type CommonOptions } from './options.js';

interface TopologyFlags extends CommonOptions {
  readonly format: 'text' | 'mermaid';
  readonly against?: string;
}

export function addTopology(program: Command, toolkit: Toolkit): void {
  program
    .command('topology')
    .description('print the plan of the pipeline, and what a change of it does to the state of a checkpoint')
    .option('--app <module>', 'the application; defaults to Stockafolio')
    .option('--format <format>', 'text or mermaid', formatOf, 'text')
    .option('--against <files>', `location of the checkpoints: ${FILES}`)
    .option('--json', 'end with one line of JSON')
    .action(async (flags: TopologyFlags) => run(flags, toolkit));
}

function formatOf(text: string): 'text' | 'mermaid' {
  if (text === 'text' || text === 'mermaid') return text;
  throw new InvalidArgumentError('It must be text or mermaid.');
}

async function run(flags: TopologyFlags, toolkit: Toolkit): Promise<void> {
  const app = await loadApp(flags.app);
  const engine = plan(app);
  const lines = flags.format === 'mermaid' ? mermaid(app, engine) : text(app, engine);
  const changes = flags.against === undefined ? [] : await compare(engine, app, flags.against, toolkit);
  for (const { partition, subject, verdict, detail } of changes)
    lines.push(`partition ${partition}: ${subject}: ${verdict}, ${detail}`);
  toolkit.reporter(flags.json).result(lines.join('\n'), {
    ok: true,
    pipeline: app.pipeline.name,
    stream: app.pipeline.stream.name,
    operators: engine.operators.map(({ layout }) => layout),
    edges: engine.edges,
    tables: engine.tables.map(({ name }) => name),
    ...(flags.against === undefined ? {} : { changes }),
  });
}

function plan(app: App): PartitionEngine {
  return new PartitionEngine({
    pipeline: app.pipeline,
    partition: 0,
    source: '',
    codec: codecOf(app, 'wire'),
    onBadRecord: 'fail',
  });
}

function text(app: App, engine: PartitionEngine): string[] {
  const lines = [`pipeline ${app.pipeline.name} reads stream ${app.pipeline.stream.name}`];
  const below = (from: string, indent: string): void => {
    for (const edge of engine.edges) {
      if (edge.from !== from) continue;
      if (edge.table) {
        lines.push(`${indent}-> table ${edge.to}`);
        continue;
      }
      const operator = engine.operators.find(({ layout }) => layout.name === edge.to);
      const settings = Object.entries(operator?.layout.settings ?? {}).map(([name, value]) => `${name} ${value}`);
      const state =
        operator?.state.columns
          .filter(({ name }) => !name.startsWith('$'))
          .map(({ name, kind }) => `${name}: ${kind}`) ?? [];
      lines.push(
        `${indent}-> ${operator?.layout.kind} '${edge.to}'${settings.length > 0 ? ` (${settings.join(', ')})` : ''} keeps ${state.join(', ')}`,
      );
      below(edge.to, `${indent}   `);
    }
  };
  below('', '  ');
  return lines;
}

function mermaid(app: App, engine: PartitionEngine): string[] {
  const id = (name: string): string => (name === '' ? 'stream' : name.replaceAll(/[^A-Za-z0-9]/g, '_'));
  const lines = ['flowchart LR', `  stream([${app.pipeline.stream.name}])`];
  for (const { layout } of engine.operators) lines.push(`  ${id(layout.name)}["${layout.kind}<br/>${layout.name}"]`);
  for (const { from, to, table } of engine.edges) {
    lines.push(table ? `  ${id(from)} --> t_${id(to)}[(${to})]` : `  ${id(from)} --> ${id(to)}`);
  }
  return lines;
}

async function compare(
  engine: PartitionEngine,
  app: App,
  url: string,
  toolkit: Toolkit,
): Promise<{ partition: number; subject: string; verdict: string; detail: string }[]> {
  const files = toolkit.openFiles(url);
  try {
    const partitions = new Set<number>();
    for await (const { name } of files.list(`${app.pipeline.name}/partition=`)) {
      partitions.add(Number(/partition=(\d+)/.exec(name)?.[1]));
    }
    const changes = [];
    for (const partition of partitions) {
      const chain = await findCheckpoint(files, app.pipeline.name, partition, () => undefined);
      if (chain === undefined) continue;
      const tables = engine.tables.map(({ name }) => name);
      for (const change of comparePlans(chain.last.header, engine.operators, tables))
        changes.push({ partition, ...change });
    }
    return changes;
  } finally {
    await files.close();
  }
}
