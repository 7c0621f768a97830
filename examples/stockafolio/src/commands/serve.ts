import { InvalidArgumentError, type Command } from 'commander';
import { type Reporter, type Toolkit, wholeNumber } from '@stockafolio/cli';
import { isStockafolioError } from '@stockafolio/core';
import type { Source, Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { dayTables } from '../day-tables.js';
import { portfolio } from '../pipeline.js';
import { isLoopback } from '../server/loopback.js';
import { parseTrustedProxies, type TrustedProxies } from '../server/trust-proxy.js';
import { stockafolioTables } from '../tables.js';
import { serveDashboards, type DashboardPlace } from './dashboards.js';

export const DEFAULT_PORT = 8020;

interface ServeFlags {
  readonly tables: string;
  readonly closeTables?: string;
  readonly source?: string;
  readonly host: string;
  readonly port: number;
  readonly login: string;
  readonly poll: number;
  readonly rateLimit: number;
  readonly streamsEach: number;
  readonly allowHost: readonly string[];
  readonly trustProxy?: TrustedProxies;
  readonly metrics: readonly string[];
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly json?: boolean;
}

export function addServe(program: Command, toolkit: Toolkit): void {
  program
    .command('serve')
    .description("serve both dashboards, the firm's and the user's, and their API")
    .requiredOption('--tables <tables>', 'the tables of the stream: embedded:DIR or cassandra://...')
    .option('--close-tables <tables>', 'the tables of the daily batch, shown beside it')
    .option('--source <source>', 'the source of the stream, to show the firm how many messages the tables are behind')
    .option('--host <address>', 'the address to listen on; 0.0.0.0 for all addresses of the machine', '127.0.0.1')
    .option('--port <n>', '0 for any free one', port, DEFAULT_PORT)
    .option('--login <login>', 'off, tokens:FILE, or oidc:ISSUER?audience=NAME', 'off')
    .option('--poll <ms>', 'how often to check whether the tables have changed', wholeNumber(10), 100)
    .option('--rate-limit <n>', 'requests a minute from one address; 0 for no limit', wholeNumber(0), 1_200)
    .option('--streams-each <n>', 'event streams at once of one user, token or address', wholeNumber(1), 100)
    .option(
      '--allow-host <name>',
      'a host name that requests may use, beside those of this machine; repeat for more',
      names,
      [],
    )
    .option(
      '--trust-proxy <proxies>',
      'take the address of a client from X-Forwarded-For, as set by this many proxies (1) or by proxies at these addresses (10.0.0.7,192.168.0.0/16)',
      parseTrustedProxies,
    )
    .option(
      '--metrics <url>',
      'where a stream runner serves its metrics, http://HOST:PORT, for the page of the pipeline; repeat for more',
      httpAddresses,
      [],
    )
    .option(
      '--metrics-port <port>',
      'also serve /metrics, /health and /ready on this port, without a login; 0 for any free one',
      port,
    )
    .option('--metrics-host <host>', 'the address to serve them on', '127.0.0.1')
    .option('--json', 'end with one line of JSON')
    .action(async (flags: ServeFlags) => run(flags, toolkit, toolkit.reporter(flags.json)));
}

function names(name: string, before: readonly string[]): string[] {
  return [...before, name];
}

function httpAddresses(address: string, before: readonly string[]): string[] {
  const protocol = URL.canParse(address) ? new URL(address).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') throw new InvalidArgumentError('It must be http://HOST:PORT.');
  return [...before, address];
}

/** Parses a port number. */
export function port(text: string): number {
  const value = wholeNumber(0)(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return value;
}

async function run(flags: ServeFlags, toolkit: Toolkit, reporter: Reporter): Promise<void> {
  const { signal } = toolkit.stop();
  const { metricsAt, openLogin } = await import('../server/index.js');
  const login = await openLogin(flags.login);
  const { tables, closeTables } = flags;
  await toolkit.untilThere({ tables: [tables, ...(closeTables === undefined ? [] : [closeTables])] }, reporter, {
    untilStopped: true,
  });
  const opened: (Tables | Source)[] = [];
  const open = async (url: string): Promise<Tables> => {
    const tables = toolkit.openTables(url, { readOnly: true });
    opened.push(tables);
    // The tables are opened for reading, so nothing is created: a missing table is an error.
    await tables.create([...stockafolioTables, progress]);
    await tables.create(dayTables).catch(unlessNotKept);
    return tables;
  };
  try {
    const live = await open(flags.tables);
    const close = flags.closeTables === undefined ? {} : { close: await open(flags.closeTables) };
    const source = flags.source === undefined ? undefined : toolkit.openSource(flags.source);
    if (source !== undefined) opened.push(source);
    const dashboards = await serveDashboards(
      {
        ...{ live, ...close, pipeline: portfolio.name, clock: toolkit.clock, login, pollMs: flags.poll },
        ...{ requestsPerMinute: flags.rateLimit, streamsEach: flags.streamsEach, allowedHosts: flags.allowHost },
        runners: flags.metrics.map(metricsAt),
        ...(source === undefined ? {} : { source }),
        ...(flags.trustProxy === undefined ? {} : { trustProxy: flags.trustProxy }),
        log: (line) => reporter.say(line),
      },
      { host: flags.host, port: flags.port, ...operationsOf(flags) },
    );
    try {
      for (const line of addresses(dashboards.url)) reporter.say(line);
      if (dashboards.operations !== undefined) {
        reporter.say(`metrics: ${dashboards.operations}/metrics`, { url: dashboards.operations });
      }
      if (login.kind === 'off' && !isLoopback(flags.host)) {
        reporter.say('No login is needed: everybody who can reach this address sees everything. --login changes that.');
      }
      while (!signal.aborted) await toolkit.clock.sleep(60_000, signal);
    } finally {
      await dashboards.close();
    }
  } finally {
    for (const port of opened) await port.close();
  }
  reporter.result('stopped', { ok: true });
}

/** A pipeline without results by day has no such tables: then the page says how to get them. */
function unlessNotKept(error: unknown): void {
  if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
}

/** The addresses of both dashboards and of the API's description, for printing. */
export function addresses(url: string): string[] {
  return [`  the firm    ${url}`, `  a user      ${url}u/USER`, `  the API     ${url}docs`];
}

function operationsOf({ metricsPort, metricsHost }: ServeFlags): Pick<DashboardPlace, 'operations'> {
  return metricsPort === undefined ? {} : { operations: { host: metricsHost, port: metricsPort } };
}
