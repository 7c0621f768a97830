/**
 * Compares the public surface of the packages with its reports in this folder, so that every change of it is seen in a
 * review. There is one report for each entry point.
 *
 * node docs/api/report.mjs            fails if a report differs
 * node docs/api/report.mjs --update   writes the reports
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs/api');
const update = process.argv.includes('--update');

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
        reportFolder: folder,
        reportTempFolder: join(tmpdir(), `api-report-${process.pid}`),
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
    localBuild: update,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (result.errorCount > 0) process.exitCode = 1;
  return result.apiReportChanged;
});
rmSync(join(tmpdir(), `api-report-${process.pid}`), { recursive: true, force: true });

const known = new Set(entries.map(({ report }) => `${report}.api.md`));
const stale = readdirSync(folder).filter((file) => file.endsWith('.api.md') && !known.has(file));
if (update) for (const file of stale) rmSync(join(folder, file));
const names = [...changed.map(({ report }) => `${report}.api.md`), ...stale];
if (names.length > 0 && !update) {
  console.error(`The public surface differs from docs/api: ${names.join(', ')}.`);
  console.error('If that is meant: npm run build && npm run api -- --update, and commit the reports.');
  process.exitCode = 1;
}
