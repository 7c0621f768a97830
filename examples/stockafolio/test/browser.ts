import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/**
 * Opens empty pages for a suite, in one browser, each with cookies and storage of its own; without Chromium the suite is
 * skipped with a message.
 */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | undefined;
  let opened: BrowserContext | undefined;

  before(async function () {
    if (existsSync(CHROMIUM)) return;
    if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(`there is no ${CHROMIUM}`);
    process.stdout.write(`    skipped: there is no ${CHROMIUM}\n`);
    this.skip();
  });
  const close = async (): Promise<void> => {
    await opened?.close();
    opened = undefined;
  };
  afterEach(close);
  after(() => browser?.close());

  return async (options = {}) => {
    await close();
    browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    opened = await browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    const page = await opened.newPage();
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
