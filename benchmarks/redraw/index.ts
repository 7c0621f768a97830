/**
 * How busy do the pages keep a browser while the market trades? A market at a steady rate, the stream, the embedded
 * tables and the server run in one process; the browser in others. The browser's own counters tell for how long its
 * main thread worked, and on what.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { startMarket } from '../dashboard/market.js';
import { printTable } from '../measure.js';

const RATE = Number(process.argv[2] ?? 100);
const SECONDS = Number(process.argv[3] ?? 15);
/** The part of the main thread that a page may take. */
const CEILING = 0.1;
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

/** Seconds that the main thread has worked, as the browser counts them. */
const COUNTERS = ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'] as const;

type Counters = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** What a page did for a second, on average: its counters, and the steps in which its figures changed. */
interface Work {
  readonly counters: Counters;
  readonly redraws: number;
}

/** Runs in the page, as text: counts the moments at which its document changes. */
const WATCH = `
  globalThis.redraws = 0;
  new MutationObserver(() => (redraws += 1)).observe(document.querySelector('main'), {
    ...{ subtree: true, childList: true, characterData: true, attributes: true },
  });
`;

async function workOf(page: Page): Promise<Work> {
  await page.evaluate(WATCH);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const read = async (): Promise<Counters> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return Object.fromEntries(COUNTERS.map((name) => [name, value(name)])) as Record<(typeof COUNTERS)[number], number>;
  };
  const before = await read();
  await sleep(SECONDS * 1_000);
  const after = await read();
  const redraws = await page.evaluate(() => (globalThis as unknown as { redraws: number }).redraws);
  const spent = COUNTERS.map((name) => [name, (after[name] - before[name]) / SECONDS]);
  return { counters: Object.fromEntries(spent) as Counters, redraws: redraws / SECONDS };
}

/** The user with the most trades, as soon as there are any. */
async function busiestUser(): Promise<string> {
  for (;;) {
    const firm = (await (await fetch(`${market.url}/api/firm`)).json()) as { byTrades: { user: string }[] };
    if (firm.byTrades[0] !== undefined) return firm.byTrades[0].user;
    await sleep(100);
  }
}

const market = await startMarket(RATE);
const profile = await mkdtemp(join(tmpdir(), 'stockafolio-redraw-'));
const browser = await chromium.launchPersistentContext(profile, {
  ...{ executablePath: '/usr/bin/chromium', headless: true, args: ARGS },
  viewport: { width: 1440, height: 900 },
});
try {
  const rows: string[][] = [];
  let most = 0;
  const user = await busiestUser();
  for (const [name, path] of [
    ['the firm', '/'],
    ['a user', `/u/${user}`],
  ] as const) {
    const page = await browser.newPage();
    await page.goto(market.url + path);
    await page.locator('.plot canvas').first().waitFor();
    await sleep(2_000);
    const { counters, redraws } = await workOf(page);
    most = Math.max(most, counters.TaskDuration);
    rows.push([name, ...COUNTERS.map((of) => `${(counters[of] * 100).toFixed(1)} %`), redraws.toFixed(1)]);
    await page.close();
  }
  console.log(`${RATE} trades/s, ${SECONDS} s each; parts of the time of the main thread`);
  printTable(['page', 'all tasks', 'script', 'layout', 'style', 'redraws a second'], rows);
  console.log(`ratio ${(CEILING / most).toFixed(2)} (${CEILING * 100} % to the busiest)`);
} finally {
  await browser.close();
  await market.stop();
  await rm(profile, { recursive: true, force: true });
}
