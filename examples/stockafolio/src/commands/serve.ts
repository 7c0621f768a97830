import { InvalidArgumentError, type Command } from 'commander';
import { type Reporter, secret, type Toolkit, wholeNumber } from '@stockafolio/cli';
import { isStockafolioError, StockafolioError, type Table } from '@stockafolio/core';
import type { Source, Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { dayTables } from '../day-tables.js';
import { lots, realizedGains } from '../lot-tables.js';
import { portfolio } from '../pipeline.js';
import { isLoopback } from '../server/loopback.js';
import { parseTrustedProxies, type TrustedProxies } from '../server/trust-proxy.js';
import { stockafolioTables } from '../tables.js';
import { serveDashboards, type DashboardPlace } from './dashboards.js';

export const DEFAULT_PORT = 8020;

const CLIENT_SECRET = 'STOCKAFOLIO_OIDC_CLIENT_SECRET';

interface ServeFlags {
  readonly tables: string;
  readonly closeTables?: string;
  readonly source?: string;
  readonly host: string;
  readonly port: number;
  readonly login: string;
  readonly publicUrl?: string;
  readonly sessionCheck: number;
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
    .option(
      '--login <login>',
      `off, tokens:FILE, or oidc:ISSUER?audience=NAME; with &client=ID people sign in at the provider (the secret of the client is in ${CLIENT_SECRET} or ${CLIENT_SECRET}_FILE)`,
      'off',
    )
    .option(
      '--public-url <url>',
      'the address by which browsers reach the pages, https://NAME; needed for a sign-in from other machines',
    )
    .option(
      '--session-check <s>',
      'how often the provider is asked whether a session still holds: one revoked there ends within this time',
      wholeNumber(1),
      300,
    )
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
  const { metricsAt, openLogin, originOf } = await import('../server/index.js');
  if (flags.publicUrl !== undefined) originOf(flags.publicUrl);
  const login = await openLogin(flags.login, clientSecret());
  if (login.provider !== undefined) mustHaveAddress(flags);
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
    // Without these, the page says how to get them.
    await keeps(tables, dayTables);
    return tables;
  };
  try {
    const live = await open(flags.tables);
    const withLots = await keeps(live, [lots, realizedGains]);
    const close = flags.closeTables === undefined ? {} : { close: await open(flags.closeTables) };
    const source = flags.source === undefined ? undefined : toolkit.openSource(flags.source);
    if (source !== undefined) opened.push(source);
    const dashboards = await serveDashboards(
      {
        ...{
          live,
          lots: withLots,
          ...close,
          pipeline: portfolio.name,
          clock: toolkit.clock,
          login,
          pollMs: flags.poll,
        },
        ...{ requestsPerMinute: flags.rateLimit, streamsEach: flags.streamsEach, allowedHosts: flags.allowHost },
        runners: flags.metrics.map(metricsAt),
        ...(source === undefined ? {} : { source }),
        ...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
        sessions: { check: flags.sessionCheck * 1_000 },
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

/** Whether the stream keeps what only some pipelines keep. Nothing is created: the tables are open for reading. */
async function keeps(tables: Tables, optional: readonly Table[]): Promise<boolean> {
  try {
    await tables.create(optional);
    return true;
  } catch (error) {
    if (isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) return false;
    throw error;
  }
}

/** The secret of the pages' client at the provider, if it has one. */
function clientSecret(): string | undefined {
  const { [CLIENT_SECRET]: value, [`${CLIENT_SECRET}_FILE`]: file } = process.env;
  return value === undefined && file === undefined ? undefined : secret(CLIENT_SECRET);
}

/** @throws ERR_USAGE if browsers of other machines are expected, and the provider would not know where to send them */
function mustHaveAddress({ host, allowHost, publicUrl }: ServeFlags): void {
  if (publicUrl !== undefined || (isLoopback(host) && allowHost.length === 0)) return;
  throw new StockafolioError('ERR_USAGE', '--login: the address for a sign-in from other machines is not known', {
    hint: 'add --public-url https://NAME, and register https://NAME/auth/callback at the provider',
  });
}

/** The addresses of both dashboards and of the API's description, for printing. */
export function addresses(url: string): string[] {
  return [`  the firm    ${url}`, `  a user      ${url}u/USER`, `  the API     ${url}docs`];
}

function operationsOf({ metricsPort, metricsHost }: ServeFlags): Pick<DashboardPlace, 'operations'> {
  return metricsPort === undefined ? {} : { operations: { host: metricsHost, port: metricsPort } };
}
