import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { DueRun } from '@stockafolio/cli';
import stockafolio from '@stockafolio/example';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { lastLine, must, ROOT, run, start } from './support/run-command.js';
import { archive, archiveArgs, batch, batchArgs, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const COMMANDS = [
  ...'generate import stream archive copy batch batch-unit reconcile tables dead-letters topology demo serve'.split(
    ' ',
  ),
  ...['tables create', 'tables get', 'tables dump', 'dead-letters list', 'dead-letters replay'],
].map((words) => words.split(' '));

describe('the command says what to do, in words and in exit codes', () => {
  const at = tempFolder();
  const generate = ['generate', '--to'];

  before(async () => {
    await must([...generate, `log:${at('log')}`, '--trades', '3000', '--users', '200', '--start', '2026-01-05']);
    await stream(at('log'), at('tables'), at('checkpoints'));
    await archive(at('log'), at('archive'));
  });

  it('--help is there for every command', async () => {
    for (const words of [[], ...COMMANDS]) {
      const { code, stdout } = await run([...words, '--help']);
      expect(code, words.join(' ')).to.equal(0);
      expect(stdout).to.contain(`Usage: stockafolio${words.map((word) => ` ${word}`).join('')}`);
    }
  });

  const wrong: [string, string[], RegExp][] = [
    ['an unknown command', ['sing'], /unknown command.*\n[^]*--help/],
    ['an unknown option', [...streamArgs('x', 'x', 'x'), '--fast'], /unknown option.*\n[^]*--help/],
    ['a missing option', ['stream'], /--source/],
    ['a number that is none', [...generate, '-', '--trades', 'many'], /whole number/],
    [
      'a day that is none',
      ['batch', '--day', '2026-02-30', '--files', 'file:a', '--tables', 'embedded:a', '--checkpoints', 'file:a'],
      /YYYY-MM-DD/,
    ],
    [
      'an unknown scheme of a source',
      streamArgs('x', 'x', 'x').map((word) => word.replace('log:', 'pigeon:')),
      /'pigeon:x'[^]*log:DIR/,
    ],
    ['an unknown scheme of tables', ['tables', 'dump', '--tables', 'mysql:x'], /'mysql:x'[^]*embedded:DIR/],
    ['a place without a scheme', ['tables', 'dump', '--tables', './x'], /embedded:DIR/],
    ['an unknown scheme of files', ['copy', 'ftp:x', 'file:y'], /'ftp:x'[^]*file:DIR, s3:[^]*hdfs:/],
    [
      'a login in a URL',
      ['copy', 's3://key:secret@bucket/x', 'file:y'],
      /URL of s3 must not contain a login(?![^]*secret@)/,
    ],
    ['a namenode without a port', ['copy', 'hdfs://somewhere/x', 'file:y'], /HTTPPORT/],
    ['a namenode at no port', ['copy', 'hdfs://127.0.0.1:99999/x', 'file:y'], /'127.0.0.1:99999'[^]*HTTPPORT/],
    ['an endpoint without http://', ['copy', 's3://bucket/x?endpoint=localhost:9000', 'file:y'], /http:\/\//],
    ['an option that a URL does not know', ['copy', 's3://bucket/x?port=9', 'file:y'], /endpoint, region/],
    ['a schedule for a day', [...batchArgs('x', 'x', 'x'), '--schedule', '--day', '2026-01-05'], /omit --day/],
    ['an unknown format', [...streamArgs('x', 'x', 'x'), '--format', 'morse'], /wire, original/],
    ['an application that is not there', ['topology', '--app', './nowhere.js'], /nowhere\.js[^]*--app/],
    ['an application that is none', ['topology', '--app', './packages/cli/dist/index.js'], /export default/],
    ['an unknown skew', [...generate, '-', '--user-skew', 'steep'], /zipf/],
    ['a start that is none', [...generate, '-', '--start', 'monday'], /ISO 8601/],
    ['a start on a day that does not exist', [...generate, '-', '--start', '2026-02-31'], /ISO 8601/],
    ['a login that is none', ['serve', '--tables', 'embedded:x', '--login', 'magic'], /tokens:FILE/],
    ['a provider without TLS', ['serve', '--tables', 'embedded:x', '--login', 'oidc:http://a.b?audience=c'], /https:/],
    ['pages without TLS', ['serve', '--tables', 'embedded:x', '--public-url', 'http://a.b'], /write https:\/\//],
    ['a proxy that is none', ['serve', '--tables', 'embedded:x', '--trust-proxy', 'everybody'], /10\.0\.0\.7/],
    ['a proxy that is not named', ['serve', '--tables', 'embedded:x', '--trust-proxy'], /argument missing/],
    ['a port that is none', ['serve', '--tables', 'embedded:x', '--port', '70000'], /0 to 65535/],
    ['a file that is not there', ['import', 'nowhere.csv', '--to', 'log:nowhere'], /nowhere\.csv/],
  ];
  for (const [what, args, hint] of wrong) {
    it(`${what}: exit code 2, and a hint`, async () => {
      const { code, stdout, stderr } = await run(args, args[0] === 'topology' ? ROOT : at());
      expect(code, stderr).to.equal(2);
      expect(stderr).to.match(hint);
      expect(stdout).to.equal('');
    });
  }

  it('an unknown table: exit code 2, and the tables that there are', async () => {
    const { code, stderr } = await run(['tables', 'dump', 'nothing', '--tables', `embedded:${at('tables')}`]);
    expect(code).to.equal(2);
    expect(stderr).to.contain('positions').and.contain('dead_letters');
  });

  it('a log, an archive and tables that are not there: no success, and what to do', async () => {
    const missing = at('missing');
    for (const args of [
      [...streamArgs(missing, at('unused'), at('unused-checkpoints')), '--until-caught-up'],
      [...archiveArgs(missing, at('unused-archive')), '--until-caught-up'],
      ['tables', 'dump', '--tables', `embedded:${missing}`],
    ]) {
      const { code, stderr } = await run(args);
      expect(code, `${args.join(' ')}\n${stderr}`).to.be.oneOf([2, 3]);
      expect(stderr)
        .to.match(/^stockafolio: .*\(ERR_\w+\)\n {2}\S/m)
        .and.contain(missing);
      expect(stderr).not.to.contain('    at ');
    }
  });

  it('the last line of --json parses, on success and on failure', async () => {
    const tables = ['--tables', `embedded:${at('tables')}`];
    const files = ['--files', `file:${at('archive')}`];
    for (const args of [
      [...generate, `log:${at('json-log')}`, '--trades', '10'],
      [...streamArgs(at('log'), at('json-tables'), at('json-checkpoints')), '--until-caught-up'],
      [...archiveArgs(at('log'), at('json-archive')), '--until-caught-up'],
      ['copy', `file:${at('archive')}`, `file:${at('json-copy')}`],
      batchArgs(at('archive'), at('json-batch'), at('json-batch-checkpoints')),
      ['reconcile', ...files, ...tables],
      ['tables', 'create', '--tables', `embedded:${at('json-created')}`],
      ['tables', 'get', 'positions', 'nobody', ...tables],
      ['tables', 'dump', 'positions', ...tables],
      ['tables', 'sweep', ...tables],
      ['dead-letters', 'list', ...tables],
      ['dead-letters', 'replay', ...tables, '--to', `log:${at('log')}`],
      ['topology'],
      ['demo', '--trades', '2000', '--users', '100'],
      [...generate, '-', '--trades', '10'],
      [...batchArgs(at('archive'), at('json-units'), at('json-unit-checkpoints')), '--print-units'],
    ]) {
      expect(lastLine(await must([...args, '--json']))['ok'], args.join(' ')).to.equal(true);
    }
    const failed = await run([...archiveArgs(at('missing'), at('unused-archive')), '--json']);
    expect(lastLine(failed)).to.include({ ok: false, code: 'ERR_SOURCE_UNAVAILABLE', domain: 'external' });
  });

  it('the last line of --json parses for every command that is used wrongly', async () => {
    for (const words of COMMANDS) {
      const ended = await run([...words, '--json', '--not-an-option']);
      expect(ended.code, words.join(' ')).to.equal(2);
      if (words.join() === 'tables' || words.join() === 'dead-letters') continue;
      expect(lastLine(ended), words.join(' ')).to.include({ ok: false, code: 'ERR_USAGE', domain: 'user' });
    }
  });

  it('a run that fails leaves no tables, no log and no archive behind', async () => {
    const none = (name: string): string => at('nowhere', name);
    const places = ['--tables', `embedded:${none('tables')}`, '--checkpoints', `file:${none('checkpoints')}`];
    for (const args of [
      ['stream', '--source', `log:${none('log')}`, ...places, '--until-caught-up'],
      [...archiveArgs(none('log'), none('archive')), '--until-caught-up'],
      ['batch', '--files', 's3://bucket/x?endpoint=http://127.0.0.1:1', ...places, '--day', 'monday'],
      ['reconcile', '--files', `file:${none('archive')}`, '--tables', `embedded:${none('tables')}`, '--repair'],
      ['tables', 'dump', '--tables', `embedded:${none('tables')}`],
      ['tables', 'get', 'positions', 'ann', '--tables', `embedded:${none('tables')}`],
      ['tables', 'sweep', '--tables', `embedded:${none('tables')}`],
      ['dead-letters', 'list', '--tables', `embedded:${none('tables')}`],
      ['dead-letters', 'replay', '--tables', `embedded:${none('tables')}`, '--to', `log:${none('log')}`],
      ['serve', '--tables', `embedded:${none('tables')}`, '--port', '0'],
      ['import', none('trades.csv'), '--to', `log:${none('log')}`],
    ]) {
      const { code, stderr } = await run(args);
      expect(code, `${args.join(' ')}\n${stderr}`).to.be.oneOf([2, 3]);
      expect(existsSync(at('nowhere')), args.join(' ')).to.equal(false);
    }
  });

  it('an archive of nothing is a batch of nothing', async () => {
    const args = batchArgs(at('nothing'), at('nothing-tables'), at('nothing-checkpoints'));
    expect(lastLine(await must([...args, '--json']))).to.include({ ok: true, records: 0, rows: 0, empty: true });
    const { stdout } = await must(args);
    expect(stdout).to.match(/^nothing to do: no message of stream 'trades' is archived in file:/);
    expect((await must([...args, '--print-units'])).stdout).to.equal('');
    expect(existsSync(at('nothing-tables'))).to.equal(false);
  });

  it('an application is a file with or without ./, and what is wrong with one is said with its file and line', async () => {
    const folder = join(ROOT, 'node_modules', '.cache', `apps-${process.pid}`);
    await mkdir(join(folder, 'dist'), { recursive: true });
    try {
      const files: Readonly<Record<string, string>> = {
        'dist/app.js': "export { default } from '@stockafolio/example';\n",
        'dist/broken.mjs': 'const a = 1;\nexport default @a;\n',
        'inner.mjs': "import './dist/broken.mjs';\n",
        'throws.mjs': 'const a = 1;\n\nthrow new Error(`no luck ${a}`);\n',
        'typed.ts': "import app from '@stockafolio/example';\nconst same: typeof app = app;\nexport default same;\n",
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      for (const app of ['dist/app.js', './dist/app.js', join(folder, 'dist/app.js')]) {
        expect((await must(['topology', '--app', app], folder)).stdout).to.contain('pipeline portfolio');
      }
      for (const [app, said] of [
        ['dist/broken.mjs', /dist\/broken\.mjs:2: Invalid or unexpected token/],
        ['inner.mjs', /dist\/broken\.mjs:2: Invalid or unexpected token/],
        ['throws.mjs', /throws\.mjs:3: no luck 1/],
        ['gone.mjs', /neither a file gone\.mjs[^]*nor a package/],
      ] as const) {
        const { code, stderr } = await run(['topology', '--app', app], folder);
        expect([code, stderr], app).to.satisfy(([exit, text]: [number, string]) => exit === 2 && said.test(text));
      }
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const typed = await run(['topology', '--app', 'typed.ts'], folder);
      if (major > 22 || (major === 22 && minor >= 18)) expect(typed.code, typed.stderr).to.equal(0);
      else expect(typed.stderr).to.match(/loads no TypeScript: use Node 22\.18 or newer, or compile/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('a count of one has a singular noun', async () => {
    await writeFile(at('one.csv'), 'user,symbol,side,quantity,price,time\nann,AAPL,buy,1,1,2026-01-05T15:00:00Z\n');
    const said = [
      await must(['import', at('one.csv'), '--to', `log:${at('one')}`]),
      await must([...generate, `log:${at('one-generated')}`, '--trades', '1']),
      await stream(at('one'), at('one-tables'), at('one-checkpoints')),
      await archive(at('one'), at('one-archive')),
      await must(['copy', `file:${at('one-archive')}`, `file:${at('one-copy')}`]),
      await batch(at('one-archive'), at('one-batch'), at('one-batch-checkpoints')),
      await must(['reconcile', '--files', `file:${at('one-archive')}`, '--tables', `embedded:${at('one-tables')}`]),
    ].map(({ stdout, stderr }) => stdout + stderr);
    expect(said.join(''))
      .to.match(/^1 line imported$/m)
      .and.match(/^1 trade generated$/m);
    expect(said.join(''))
      .to.match(/^1 message archived in 1 file$/m)
      .and.match(/^1 message processed, /m);
    expect(said.join('')).not.to.match(/\b1 (lines|trades|messages|files|rows|commits|partitions|differences|bytes)\b/);
  });

  it('Ctrl-C on a running stream finishes the commit, and exits 130', async () => {
    const life = start(streamArgs(at('log'), at('stopped'), at('stopped-checkpoints')));
    await life.says(/partition 3: begins/);
    life.child.kill('SIGINT');
    const { code, stderr } = await life.ended;
    expect(code, stderr).to.equal(130);
    expect(stderr).to.contain('finishing the commit');
    const rest = await stream(at('log'), at('stopped'), at('stopped-checkpoints'));
    expect(rest.stderr).to.match(/partition 0: continues from/);
    expectSameLines(await dump(at('stopped')), await dump(at('tables')), 'after Ctrl-C');
  });

  it('serve says where the dashboards are, answers there until Ctrl-C, and leaves a taken port alone', async () => {
    const serve = ['serve', '--tables', `embedded:${at('tables')}`];
    const life = start([...serve, '--close-tables', `embedded:${at('tables')}`, '--port', '0']);
    await life.says(/the firm +http:/);
    const [, url = ''] = /(http:\/\/127\.0\.0\.1:\d+\/)/.exec(life.stderr()) ?? [];
    const answer = (await (await fetch(`${url}api/progress`)).json()) as Record<string, { records: number }>;
    expect([answer['live']?.records, answer['close']?.records]).to.deep.equal([3_000, 3_000]);
    expect(await (await fetch(url)).text()).to.contain('<title>Stockafolio</title>');
    const taken = await run([...serve, '--port', new URL(url).port]);
    expect(taken.code).to.equal(2);
    expect(taken.stderr).to.contain('ERR_PORT_UNAVAILABLE').and.contain('--port');
    life.child.kill('SIGINT');
    const { code, stderr } = await life.ended;
    expect(code, stderr).to.equal(130);
    const missing = await run(['serve', '--tables', `embedded:${at('missing')}`, '--port', '0']);
    expect(missing.code).to.equal(3);
    expect(missing.stderr).to.contain(at('missing'));
  });

  it('serve answers by the names that it is given and no others, tells operators, and counts what is behind', async () => {
    const life = start([
      ...['serve', '--tables', `embedded:${at('tables')}`, '--source', `log:${at('log')}`, '--port', '0'],
      ...['--metrics-port', '0', '--allow-host', 'portfolios.example.org', '--allow-host', 'other.example.org'],
    ]);
    await life.says(/metrics: http:/);
    const [, port = ''] = /http:\/\/127\.0\.0\.1:(\d+)\/\n/.exec(life.stderr()) ?? [];
    const [, operations = ''] = /metrics: (http:\S+)\/metrics/.exec(life.stderr()) ?? [];
    const statusFor = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: '/api/progress', headers: { host }, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        }).on('error', reject);
      });
    const hosts = ['127.0.0.1', 'portfolios.example.org', 'other.example.org:443', 'evil.example'];
    expect(await Promise.all(hosts.map(statusFor))).to.deep.equal([200, 200, 200, 403]);
    const answer = (await (await fetch(`http://127.0.0.1:${port}/api/progress`)).json()) as {
      live: { behind: number };
    };
    expect(answer.live.behind).to.equal(0);
    expect(await (await fetch(`${operations}/ready`)).json()).to.deep.equal({ ready: true });
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    expect(metrics).to.contain('stockafolio_http_answers_total{route="/api/progress",method="GET",status="200"} 4');
    life.child.kill('SIGINT');
    await life.ended;
  });

  it('demo --stay says where the dashboards are, then that all is equal, and goes on until Ctrl-C', async () => {
    const life = start(['demo', '--stay', '--port', '0', '--trades', '2000', '--users', '100']);
    await life.says(/The market goes on/);
    expect(life.stdout()).to.match(/^stream = batch: [\d,]+ rows compared, 0 differences$/m);
    const [, url = ''] = /(http:\/\/127\.0\.0\.1:\d+\/)/.exec(life.stderr()) ?? [];
    const records = async (): Promise<number> =>
      ((await (await fetch(`${url}api/progress`)).json()) as { live: { records: number } }).live.records;
    for (let n = 0; n < 200 && (await records()) <= 2_000; n++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await records()).to.be.greaterThan(2_000);
    life.child.kill('SIGINT');
    const { code, stderr } = await life.ended;
    expect(code, stderr).to.equal(130);
  });

  it('a reader that stops early is not a failure', async () => {
    const command = `"${process.execPath}" packages/cli/bin/stockafolio.js tables dump --tables "embedded:${at('tables')}"`;
    const shell = spawn('bash', ['-c', `set -o pipefail; ${command} | head -1`], { cwd: ROOT });
    let said = '';
    shell.stderr.on('data', (chunk) => (said += String(chunk)));
    let lines = '';
    shell.stdout.on('data', (chunk) => (lines += String(chunk)));
    const [code] = (await once(shell, 'close')) as [number];
    expect(said).to.equal('');
    expect(lines.trimEnd().split('\n')).to.have.length(1);
    expect(code).to.equal(0);
  });

  it('S3 and HDFS that are not there: exit code 3 in time, and what to look for', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'not to be told' };
    Object.assign(process.env, env);
    for (const url of ['s3://bucket/archive?endpoint=http://127.0.0.1:1', 'hdfs://127.0.0.1:1,127.0.0.1:2/archive']) {
      const { code, stderr } = await run(['copy', url, `file:${at('unused-copy')}`]);
      expect(code, stderr).to.equal(3);
      expect(stderr)
        .to.match(/ERR_FILES_UNAVAILABLE/)
        .and.contain('127.0.0.1:')
        .and.match(/\n {2}check that/);
      expect(stderr).not.to.contain('not to be told');
    }
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
  });

  it('units that are printed can be done one by one, to the same tables', async () => {
    const places = batchArgs(at('archive'), at('unit-tables'), at('unit-checkpoints'));
    const units = (await must([...places, '--print-units'])).stdout;
    const shell = spawn(process.execPath, ['packages/cli/bin/stockafolio.js', 'batch-unit'], { cwd: ROOT });
    shell.stdin.end(units);
    let results = '';
    shell.stdout.on('data', (chunk) => (results += String(chunk)));
    const [code] = (await once(shell, 'close')) as [number];
    expect(code).to.equal(0);
    expect(results.trimEnd().split('\n').length).to.equal(units.trimEnd().split('\n').length);
    await batch(at('archive'), at('whole-tables'), at('whole-checkpoints'));
    expectSameLines(await dump(at('unit-tables')), await dump(at('whole-tables')), 'tables made unit by unit');
    expect((await must([...places, '--print-units'])).stdout).to.equal('');
  });

  it('a schedule catches up the close that was missed, and ends at Ctrl-C', async () => {
    const closes: DueRun[] = [];
    const now = Date.now();
    for (let due = stockafolio.nextRun?.(now - 30 * 86_400_000); due !== undefined && due.time < now;) {
      closes.push(due);
      due = stockafolio.nextRun?.(due.time);
    }
    const [before, missed] = closes.slice(-2);
    if (before === undefined || missed === undefined) throw new Error('New York has not traded for a month');
    const ledger = at('planned-checkpoints', 'portfolio', 'schedule');
    await mkdir(ledger, { recursive: true });
    const done = { day: before.day, due: new Date(before.time).toISOString() };
    await writeFile(join(ledger, `${before.day}.json`), JSON.stringify(done));
    const places = batchArgs(at('archive'), at('planned-tables'), at('planned-checkpoints'));
    for (const ran of [1, 0]) {
      const life = start([...places, '--schedule', '--json']);
      await life.says(/due at/);
      life.child.kill('SIGINT');
      const ended = await life.ended;
      expect(ended.code, ended.stderr).to.equal(130);
      expect(lastLine(ended)).to.deep.equal({ ok: true, days: ran });
    }
    expect((await readdir(ledger)).sort()).to.deep.equal([`${before.day}.json`, `${missed.day}.json`]);
    expectSameLines(await dump(at('planned-tables')), await dump(at('tables')), 'the tables of the missed day');
  });

  it('topology draws every operator and table', async () => {
    const { stdout } = await must(['topology', '--format', 'mermaid']);
    expect(stdout).to.match(/^(flowchart|graph) /);
    for (const name of ['positions', 'user-totals', 'top-traders', 'sector-second', 'trades_by_user', 'latest_prices'])
      expect(stdout).to.contain(name);
    expect(stdout).to.match(/-->/);
  });

  it('tables get prints the rows of a key', async () => {
    const get = ['tables', 'get', 'positions', '--tables', `embedded:${at('tables')}`];
    const user = String(
      (
        JSON.parse(
          (await must(['tables', 'dump', 'positions', '--tables', `embedded:${at('tables')}`])).stdout.split('\n')[0] ??
            '',
        ) as { user: string }
      ).user,
    );
    const rows = (await must([...get, user])).stdout.trimEnd().split('\n');
    expect(rows.length).to.be.at.least(1);
    for (const row of rows) expect((JSON.parse(row) as { user: string }).user).to.equal(user);
    expect((await run(get.slice(0, -2))).code).to.equal(2);
  });
});
