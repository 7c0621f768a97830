// What does the export of traces, metrics and logs cost? Runs `stream` over one log with and without it, in turn, beside a
// collector that takes everything. Prints messages a second, and processor time, which depends less on other work on
// the machine. Run: node --import tsx benchmarks/telemetry/index.ts

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TRADES = 300_000;
const RUNS = 5;
const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/stockafolio.js');
/** Makes a process print the processor time that it took, in microseconds. */
const TOLD = `process.on('exit', () => process.stderr.write('took ' + (({ user, system }) => user + system)(process.cpuUsage())))`;

interface Run {
  /** Messages a second, with start and end of the process. */
  readonly rate: number;
  /** In seconds. */
  readonly processor: number;
}

async function run(args: readonly string[], variables: NodeJS.ProcessEnv): Promise<Run> {
  const told = `--import=data:text/javascript,${encodeURIComponent(TOLD)}`;
  const began = performance.now();
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(process.execPath, [told, COMMAND, ...args], {
    env: { ...process.env, ...variables },
    stdio: [...stdio],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`stockafolio ${args.join(' ')} ended with ${String(code)}: ${said}`);
  const seconds = (performance.now() - began) / 1_000;
  return { rate: TRADES / seconds, processor: Number(/took (\d+)/.exec(said)?.[1]) / 1e6 };
}

function middle(runs: readonly Run[], of: (run: Run) => number): number {
  return runs.map(of).sort((a, b) => a - b)[runs.length >> 1] ?? NaN;
}

let requests = 0;
const collector = createServer((request, response) => {
  requests++;
  request.resume().on('end', () => response.end());
});
collector.listen(0, '127.0.0.1');
await once(collector, 'listening');
const address = collector.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const dir = await mkdtemp(join(tmpdir(), 'telemetry-'));
try {
  await run(
    ['generate', '--to', `log:${dir}/log`, '--trades', String(TRADES), '--users', '2000', '--start', '2026-01-05'],
    {},
  );
  const settings: readonly [string, NodeJS.ProcessEnv][] = [
    ['without export', {}],
    ['with export', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }],
  ];
  const runs = new Map<string, Run[]>(settings.map(([name]) => [name, []]));
  for (let n = 0; n < RUNS; n++)
    for (const [name, variables] of settings) {
      const places = [
        '--tables',
        `embedded:${dir}/${n}-${name}`,
        '--checkpoints',
        `file:${dir}/${n}-${name}-checkpoints`,
      ];
      runs
        .get(name)
        ?.push(await run(['stream', '--source', `log:${dir}/log`, ...places, '--until-caught-up'], variables));
    }
  for (const [name, all] of runs) {
    const list = (of: (run: Run) => number, digits: number): string =>
      all.map((each) => of(each).toFixed(digits)).join(' ');
    process.stdout.write(
      `${name}: ${middle(all, ({ rate }) => rate).toFixed(0)} messages/s (${list(({ rate }) => rate, 0)}), ` +
        `${middle(all, ({ processor }) => processor).toFixed(2)} s of processor (${list(({ processor }) => processor, 2)})\n`,
    );
  }
  process.stdout.write(`${requests} requests to the collector\n`);
} finally {
  collector.close();
  await rm(dir, { recursive: true, force: true });
}
