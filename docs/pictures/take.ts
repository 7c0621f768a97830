/**
 * Takes the pictures of the README: both pages at one width, light and dark. They show a market day up to the afternoon, with
 * the batch of noon beside it, after a year with fewer trades.
 */
import { rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { liveMarket } from '../../examples/stockafolio/test/live-market.js';
import { demoHistory } from '../../examples/stockafolio/src/commands/demo-market.js';
import { sessionOf } from '../../examples/stockafolio/src/calendar/sessions.js';
import { generateTrades, portfolioOf } from '@stockafolio/example';

const OPENING = Date.UTC(2026, 0, 5, 14, 30);
const TRADES = 120_000;
const EARLIER = 60_000;
const MOST = 200_000;
const USER = 'u0007';
const SESSION = 6.5 * 3_600_000;

const trades = generateTrades({
  ...{ trades: TRADES, users: 5_000, seed: 1, start: OPENING, rate: TRADES / (5.2 * 3_600) },
  ...{ userSkew: { zipf: 0.6 }, symbolSkew: { zipf: 0.8 } },
})
  .next(TRADES)
  .map((trade) => ({ ...trade, time: busierAtTheEnds(trade.time) }));
const session = sessionOf('2026-01-05');
if (session === undefined) throw new Error('the day has no session');
const year = demoHistory({ trades: EARLIER, users: 5_000, seed: 1 }, session).next(EARLIER);
const market = await liveMarket([...year, ...trades], {
  closeAfter: EARLIER + TRADES / 2,
  running: portfolioOf({ byDay: true }),
});
const profile = await mkdtemp(join(tmpdir(), 'stockafolio-pictures-'));
const browser = await chromium.launchPersistentContext(profile, {
  ...{ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] },
  ...{ viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce' },
});
try {
  for (const [name, path, colorScheme] of [
    ['firm', '/', 'light'],
    ['user', `/u/${USER}`, 'dark'],
  ] as const) {
    const page = await browser.newPage();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(market.url + path);
    await page.locator('.plot canvas').waitFor();
    await page.waitForTimeout(1_000);
    const picture = await page.screenshot({ animations: 'disabled' });
    if (picture.length >= MOST)
      throw new Error(`${name}.png has ${picture.length} bytes, which is too much for a page`);
    await writeFile(fileURLToPath(new URL(`${name}.png`, import.meta.url)), picture);
    await page.close();
  }
} finally {
  await browser.close();
  await market.close();
  await rm(profile, { recursive: true, force: true });
}

/** Moves the times of an even market so that most trades are after the opening and before the close, as in a real one. */
function busierAtTheEnds(time: number): number {
  const part = (time - OPENING) / SESSION;
  return Math.floor(OPENING + SESSION * (part - (0.4 * Math.sin(2 * Math.PI * part)) / (2 * Math.PI)));
}
