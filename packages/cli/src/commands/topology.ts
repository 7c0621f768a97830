import { InvalidArgumentError, type Command } from 'commander';
import type { Fields, Pipeline } from '@stockafolio/core';
import { type RepartitionStep, stagesOf } from '@stockafolio/core/plan';
import { typeName } from '@stockafolio/core/ports';
import { comparePlans, findCheckpoint, tablesOf } from '@stockafolio/engine';
import { loadApp } from '../app.js';
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
  const { plan } = app.pipeline;
  const lines = flags.format === 'mermaid' ? mermaid(app.pipeline) : text(app.pipeline);
  const changes = flags.against === undefined ? [] : await compare(app.pipeline, flags.against, toolkit);
  for (const { partition, subject, verdict, detail } of changes)
    lines.push(`partition ${partition}: ${subject}: ${verdict}, ${detail}`);
  toolkit.reporter(flags.json).result(lines.join('\n'), {
    ok: true,
    pipeline: app.pipeline.name,
    stream: app.pipeline.stream.name,
    streams: app.pipeline.streams.map(({ name }) => name),
    operators: plan.operators.map(({ name, kind, settings }) => ({ name, kind, settings })),
    edges: plan.edges,
    tables: tablesOf(app.pipeline).map(({ name }) => name),
    topics: plan.topics.map(({ stream, compactBy, isTransactional }) => ({
      ...{ name: stream.name, compactBy, isTransactional },
    })),
    ...(flags.against === undefined ? {} : { changes }),
  });
}

function text({ name: pipeline, streams, plan }: Pipeline): string[] {
  const lines: string[] = [];
  const said = new Set<string>();
  const below = (from: string, indent: string, stream?: string): void => {
    for (const edge of plan.edges) {
      if (edge.from !== from || edge.stream !== stream) continue;
      const part = edge.final === true ? 'when final' : edge.output;
      const arrow = part === undefined ? `${indent}->` : `${indent}-> ${part} ->`;
      if (edge.table) {
        lines.push(`${arrow} table ${edge.to}`);
        continue;
      }
      if (edge.topic === true) {
        lines.push(`${arrow} topic ${edge.to}${shownCompaction(plan, edge.to)}`);
        continue;
      }
      if (edge.repartition === true) {
        lines.push(`${arrow} ${describe(plan.repartitions.find((step) => step.stream.name === edge.to))}`);
        below('', `${indent}   `, edge.to);
        continue;
      }
      if (said.has(edge.to)) {
        lines.push(`${arrow} '${edge.to}', as above`);
        continue;
      }
      said.add(edge.to);
      const operator = plan.operators.find(({ name }) => name === edge.to);
      const settings = Object.entries(operator?.settings ?? {}).map(([name, value]) => `${name} ${value}`);
      const subKeys = Object.entries(operator?.subKeys ?? {}).map(
        ([name, { fields }]) => `${name} of (${shownFields(fields.fields).join(', ')})`,
      );
      const state = [...shownFields(operator?.state.fields ?? {}), ...subKeys];
      lines.push(
        `${arrow} ${operator?.kind} '${edge.to}'${settings.length > 0 ? ` (${settings.join(', ')})` : ''} keeps ${state.join(', ')}`,
      );
      below(edge.to, `${indent}   `);
    }
  };
  for (const { name, isBroadcast } of streams) {
    lines.push(
      `pipeline ${pipeline} reads ${isBroadcast ? `broadcast stream ${name}, whole in every partition` : `stream ${name}`}`,
    );
    below('', '  ', name);
  }
  return lines;
}

function shownCompaction({ topics }: Pipeline['plan'], name: string): string {
  const { compactBy = [], isTransactional = false } = topics.find(({ stream }) => stream.name === name) ?? {};
  const compacted = compactBy.length === 0 ? '' : `, compacted by ${compactBy.join(', ')}`;
  return `${compacted}${isTransactional ? ', in transactions' : ''}`;
}

function describe(step: RepartitionStep | undefined): string {
  const { stream, mapping } = step ?? {};
  if (mapping === undefined)
    return `repartition '${stream?.name ?? ''}' by ${stream?.keyFields?.join(', ') ?? 'a function'}`;
  const { concurrency, timeout, attempts } = mapping;
  return `mapAsync '${stream?.name ?? ''}' (concurrency ${concurrency}, timeout ${timeout}, attempts ${attempts})`;
}

function shownFields(fields: Fields): string[] {
  return Object.entries(fields)
    .filter(([name]) => !name.startsWith('$'))
    .map(([name, type]) => `${name}: ${typeName(type)}`);
}

function mermaid({ streams, plan }: Pipeline): string[] {
  const id = (name: string, stream = ''): string => {
    const part = (name === '' && streams.length + plan.repartitions.length > 1 ? stream : name).replaceAll(
      /[^A-Za-z0-9]/g,
      '_',
    );
    return name === '' ? `stream${part === '' ? '' : `_${part}`}` : part;
  };
  const lines = [
    'flowchart LR',
    ...streams.map(({ name, isBroadcast }) => `  ${id('', name)}([${name}${isBroadcast ? '<br/>broadcast' : ''}])`),
  ];
  for (const { stream } of plan.repartitions) lines.push(`  ${id('', stream.name)}>${stream.name}]`);
  for (const { name, kind } of plan.operators) lines.push(`  ${id(name)}["${kind}<br/>${name}"]`);
  for (const { from, stream, to, table, final, output, repartition, topic } of plan.edges) {
    const part = final === true ? 'when final' : output;
    const begin = `  ${id(from, stream)} ${part === undefined ? '-->' : `-- ${part} -->`}`;
    if (topic === true) lines.push(`${begin} o_${id(to)}>${to}]`);
    else if (repartition === true) lines.push(`${begin} ${id('', to)}`);
    else lines.push(table ? `${begin} t_${id(to)}[(${to})]` : `${begin} ${id(to)}`);
  }
  return lines;
}

async function compare(
  pipeline: Pipeline,
  url: string,
  toolkit: Toolkit,
): Promise<{ partition: number; subject: string; verdict: string; detail: string }[]> {
  const files = toolkit.openFiles(url);
  try {
    const changes = [];
    for (const { name, plan } of stagesOf(pipeline)) {
      const partitions = new Set<number>();
      for await (const file of files.list(`${name}/partition=`))
        partitions.add(Number(/partition=(\d+)/.exec(file.name)?.[1]));
      for (const partition of partitions) {
        const chain = await findCheckpoint(files, name, partition, () => undefined);
        if (chain === undefined) continue;
        for (const change of comparePlans(chain.last.header, plan)) changes.push({ partition, ...change });
      }
    }
    return changes;
  } finally {
    await files.close();
  }
}
