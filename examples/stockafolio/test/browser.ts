import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Opens an empty browser for a suite; without Chromium the suite is skipped with a message. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Page> {
  let profile = '';
  let opened: BrowserContext | undefined;
  const pages: Page[] = [];

  before(async function () {
    if (existsSync(CHROMIUM)) return;
    if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(`there is no ${CHROMIUM}`);
    process.stdout.write(`    skipped: there is no ${CHROMIUM}\n`);
    this.skip();
  });
  const close = async (): Promise<void> => {
    for (const page of pages.splice(0)) await page.close();
    await opened?.close();
    opened = undefined;
    if (profile !== '') await rm(profile, { recursive: true, force: true });
    profile = '';
  };
  afterEach(close);

  return async (options = {}) => {
    await close();
    profile = await mkdtemp(join(tmpdir(), 'stockafolio-browser-'));
    opened = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      args: ARGS,
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    const page = opened.pages()[0] ?? (await opened.newPage());
    pages.push(page);
    page.setDefaultTimeout(15_000);
    return page;
  };
}

/** The complaints of a page: errors of its scripts, and requests that its policy has refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}
