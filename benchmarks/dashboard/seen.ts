import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { MarketProcess } from './market.js';
import { quantile } from './quantile.js';

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

/** Runs in the page, as text: records every frame, and when each trade first appears. */
const WATCH = `
  globalThis.seen = {};
  globalThis.frames = [];
  globalThis.longTasks = 0;
  new PerformanceObserver((list) => (longTasks += list.getEntries().length)).observe({ type: 'longtask' });
  requestAnimationFrame(function frame() {
    frames.push(performance.now());
    for (const row of document.querySelectorAll('[data-trade]')) seen[row.dataset.trade] ??= Date.now();
    requestAnimationFrame(frame);
  });
`;

/** How long the idle page is watched, in milliseconds. */
const STILL = 10_000;

export interface Seen {
  /** From sending a trade until it appears in the page, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Frames of the page, which is updated at every commit of the stream, and of an idle page, for as long. */
  readonly updated: Smoothness;
  readonly still: Smoothness;
}

export interface Smoothness {
  /** Frames drawn per second, and the fraction of them that came more than 50 ms after the one before. */
  readonly frames: number;
  readonly late: number;
  /** Tasks of more than 50 ms, per second. */
  readonly longTasks: number;
}

/** Marks trades one after the other, and measures when each appears in the page. */
export async function measureSeen(market: MarketProcess, marks: number): Promise<Seen> {
  const profile = await mkdtemp(join(tmpdir(), 'stockafolio-dashboard-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    ...{ executablePath: '/usr/bin/chromium', headless: true, args: ARGS },
    viewport: { width: 1440, height: 900 },
  });
  try {
    await market.mark('first');
    const page = browser.pages()[0] ?? (await browser.newPage());
    // A page without a stream is idle.
    await page.goto(`${market.url}/nowhere`);
    await page.locator('.message').waitFor();
    await page.evaluate(WATCH);
    await new Promise((resolve) => setTimeout(resolve, STILL));
    const still = await smoothnessOf(page);
    await page.goto(`${market.url}/u/watched`);
    await page.locator('[data-trade="first"]').waitFor();
    await page.evaluate(WATCH);
    const latencies: number[] = [];
    for (let n = 0; n < marks; n++) {
      const sent = await market.mark(`mark${n}`);
      await page.locator(`[data-trade="mark${n}"]`).waitFor();
      const at = await page.evaluate(
        (id) => (globalThis as unknown as { seen: Record<string, number> }).seen[id],
        `mark${n}`,
      );
      latencies.push((at ?? Date.now()) - sent);
      // A time that is not a multiple of the poll, so that marks fall on every point of it.
      await new Promise((resolve) => setTimeout(resolve, 37));
    }
    return {
      ...{ p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), p99: quantile(latencies, 0.99) },
      ...{ updated: await smoothnessOf(page), still },
    };
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function smoothnessOf(page: Page): Promise<Smoothness> {
  const { frames, longTasks } = await page.evaluate(() => {
    const { frames, longTasks } = globalThis as unknown as { frames: number[]; longTasks: number };
    return { frames, longTasks };
  });
  const gaps = frames.slice(1).map((time, n) => time - (frames[n] ?? time));
  const seconds = ((frames.at(-1) ?? 1) - (frames[0] ?? 0)) / 1000;
  return {
    frames: gaps.length / seconds,
    late: gaps.filter((gap) => gap > 50).length / gaps.length,
    longTasks: longTasks / seconds,
  };
}
