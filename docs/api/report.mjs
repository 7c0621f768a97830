/**
 * Compares the public surface of the packages with its reports in this folder, so that every change of it is seen in a
 * review. There is one report for each entry point.
 *
 * node docs/api/report.mjs            fails if a report differs
 * node docs/api/report.mjs --update   writes the reports
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs/api');
const update = process.argv.includes('--update');
const made = join(tmpdir(), `api-report-${process.pid}`);
mkdirSync(made);

/** Each entry point: the package's folder, the name of its report, and its declarations. */
const entries = readdirSync(join(root, 'packages')).flatMap((name) => {
  const home = join(root, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, file]) => file?.endsWith('.js'))
    .map(([path, file]) => ({
      home,
      report: [name, ...path.split('/').slice(1)].join('-'),
      declarations: join(home, file.replace(/\.js$/, '.d.ts')),
    }));
});

const changed = entries.filter(({ home, report, declarations }) => {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: home,
      mainEntryPointFilePath: declarations,
      compiler: { tsconfigFilePath: join(home, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: made,
        reportTempFolder: join(made, 'new'),
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(home, 'package.json'),
  });
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (result.errorCount > 0) process.exitCode = 1;
  const file = `${report}.api.md`;
  if (existsSync(join(folder, file)) && inAnyOrder(join(folder, file)) === inAnyOrder(join(made, file))) return false;
  if (update) copyFileSync(join(made, file), join(folder, file));
  return true;
});
rmSync(made, { recursive: true, force: true });

const known = new Set(entries.map(({ report }) => `${report}.api.md`));
const stale = readdirSync(folder).filter((file) => file.endsWith('.api.md') && !known.has(file));
if (update) for (const file of stale) rmSync(join(folder, file));
const names = [...changed.map(({ report }) => `${report}.api.md`), ...stale];
if (names.length > 0 && !update) {
  console.error(`The public surface differs from docs/api: ${names.join(', ')}.`);
  console.error('If that is meant: npm run build && npm run api -- --update, and commit the reports.');
  process.exitCode = 1;
}

/** A report without the order of its lines, and of the words in them: the compiler lists inferred fields in either order. */
function inAnyOrder(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .map((line) =>
      line
        .split(/[^\w$'"]+/)
        .sort()
        .join(' '),
    )
    .sort()
    .join('\n');
}
