import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, startNode, startProgram, succeeded, type Ended } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const PACKAGES = [
  ...['core', 'connectors', 'runner-stream', 'runner-batch', 'cli'].map((name) => join('packages', name)),
  join('examples', 'stockafolio'),
];

describe('the packages, as somebody else has them', () => {
  const at = tempFolder();
  let packed: readonly string[] = [];

  const program = async (name: string, args: readonly string[], cwd: string): Promise<Ended> =>
    succeeded(`${name} ${args.join(' ')}`, await startProgram(name, args, cwd).ended);

  /** What the packages ask an application to have beside them. */
  const peers = async (): Promise<string[]> => {
    const text = await readFile(join(ROOT, 'packages', 'connectors', 'package.json'), 'utf8');
    const { peerDependencies } = JSON.parse(text) as { peerDependencies: Record<string, string> };
    return Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
  };

  before(async () => {
    await mkdir(at('packed'));
    await cp(join(ROOT, 'test', 'outsider'), at('project'), { recursive: true });
    for (const place of PACKAGES) await program('npm', ['pack', '--pack-destination', at('packed')], join(ROOT, place));
    packed = (await readdir(at('packed'))).map((name) => at('packed', name));
  });

  for (const tool of ['publint', 'attw']) {
    it(`${tool} finds nothing wrong with any of them`, async () => {
      expect(packed).to.have.length(PACKAGES.length);
      const options = tool === 'attw' ? ['--profile', 'esm-only', '--no-emoji'] : ['--strict'];
      for (const file of packed) await program(join(ROOT, 'node_modules', '.bin', tool), [file, ...options], at());
    });
  }

  describe('in a project of its own', () => {
    before(async () => {
      const tools = ['typescript@~6.0.3', '@types/node@20'];
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
      await program('npm', ['install', ...quiet, ...packed, ...(await peers()), ...tools], at('project'));
    });

    it('a pipeline compiles under strict rules, types of libraries included', async () => {
      await program(at('project', 'node_modules', '.bin', 'tsc'), ['-p', '.'], at('project'));
    });

    it('both runners give the same tables', async () => {
      const { stdout } = succeeded('main.js', await startNode(['main.js'], at('project')).ended);
      const [live = '', batch = ''] = stdout.split(/^-\n/m);
      expect(live).to.equal(batch);
      const rows = live
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(rows.filter((row) => 'till' in row)).to.have.length(7);
      const sold = rows.filter((row) => 'item' in row).reduce((sum, row) => sum + Number(row['sold']), 0);
      expect(sold, 'a sale counts once in the windows').to.equal(2_500);
    });

    it('the command runs it', async () => {
      const command = at('project', 'node_modules', '.bin', 'stockafolio');
      const app = ['--app', './tills.js'];
      const tables = ['--tables', 'embedded:data/by-command'];
      const source = ['--source', 'log:data/sales', '--checkpoints', 'file:data/by-command-checkpoints'];
      await program(command, ['stream', ...app, ...source, ...tables, '--until-caught-up'], at('project'));
      const dump = async (place: string): Promise<string> =>
        (await program(command, ['tables', 'dump', ...app, '--tables', `embedded:${place}`], at('project'))).stdout;
      expect(await dump('data/by-command')).to.equal(await dump('data/live'));
      expect(await dump('data/by-command')).to.contain('"table":"item_minutes"');
    });
  });
});
