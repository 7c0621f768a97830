import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeVersions } from './support/nodes.js';
import { installLines, leastTypeScript, packAll, type Packed } from './support/packed.js';
import { ROOT, startNode, startProgram, succeeded, type Ended } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

/** The packages are installed and compiled once, and run on each of these. */
const nodes = nodeVersions();
const [ownNode] = nodes;

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];

describe('somebody else', () => {
  const at = tempFolder();
  let packed: readonly Packed[] = [];

  const program = async (name: string, args: readonly string[], cwd: string, node = ownNode): Promise<Ended> =>
    succeeded(`${name} ${args.join(' ')}`, await node.run(() => startProgram(name, args, cwd)).ended);

  /** Installs the named packages; ours from their tarballs. */
  const install = async (project: string, names: readonly string[]): Promise<void> => {
    const files = new Map(packed.map(({ name, file }) => [name, file]));
    await program('npm', ['install', ...QUIET, ...new Set(names.map((name) => files.get(name) ?? name))], at(project));
  };

  const readme = (place: string): Promise<string> => readFile(join(ROOT, place, 'README.md'), 'utf8');

  before(async () => {
    packed = await packAll(at('packed'));
  });

  describe('who installs what the READMEs say', () => {
    before(async () => {
      await cp(join(ROOT, 'test', 'outsider'), at('project'), { recursive: true });
      const readmes = await Promise.all(packed.map(({ place }) => readme(place)));
      const lines = readmes.flatMap(installLines).flatMap(({ packages }) => packages);
      const least = `least-typescript@npm:typescript@~${leastTypeScript(readmes[0] ?? '')}.0`;
      await install('project', [...lines, 'typescript@~6.0.3', least, '@types/node@20']);
      await writeFile(at('project', 'everything.ts'), await everything(packed));
    });

    for (const compiler of ['typescript', 'least-typescript']) {
      it(`compiles a pipeline and every import under strict rules, types of libraries included (${compiler})`, async () => {
        const tsc = at('project', 'node_modules', compiler, 'lib', 'tsc.js');
        succeeded('tsc', await startNode([tsc, '-p', '.'], at('project')).ended);
      });
    }

    for (const node of nodes) {
      it(`both runners give the same tables (${node.version})`, async () => {
        await rm(at('project', 'data'), { recursive: true, force: true });
        const { stdout } = await program('node', ['main.js'], at('project'), node);
        const [live = '', batch = ''] = stdout.split(/^-\n/m);
        expect(live).to.equal(batch);
        const rows = live
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(rows.filter((row) => 'sold' in row && 'till' in row)).to.have.length(7);
        expect(
          rows.filter((row) => 'median' in row),
          'rows of an operator of their own',
        ).to.have.length(7);
        const sold = rows.filter((row) => 'item' in row).reduce((sum, row) => sum + Number(row['sold']), 0);
        expect(sold, 'a sale counts once in the windows').to.equal(2_500);
      });

      it(`their own operator keeps the contract of operators (${node.version})`, async () => {
        const { stdout } = await program('node', ['contract.js'], at('project'), node);
        expect(stdout.trimEnd().split('\n')).to.have.length(7);
      });

      it(`the command runs it (${node.version})`, async () => {
        const command = at('project', 'node_modules', '.bin', 'stockafolio');
        const app = ['--app', './tills.js'];
        const tables = ['--tables', 'embedded:data/by-command'];
        const source = ['--source', 'log:data/sales', '--checkpoints', 'file:data/by-command-checkpoints'];
        await program(command, ['stream', ...app, ...source, ...tables, '--until-caught-up'], at('project'), node);
        const dump = async (place: string): Promise<string> =>
          (await program(command, ['tables', 'dump', ...app, '--tables', `embedded:${place}`], at('project'), node))
            .stdout;
        expect(await dump('data/by-command')).to.equal(await dump('data/live'));
        expect(await dump('data/by-command')).to.contain('"table":"item_minutes"');
      });
    }
  });

  describe('who copies an example out', () => {
    const copied = ['sensors', 'web-sessions', 'orders'];
    const manifests = new Map<string, Dependencies>();

    before(async () => {
      for (const name of copied) {
        const from = join(ROOT, 'examples', name);
        for (const part of ['src', 'package.json', 'tsconfig.json', 'README.md']) {
          await cp(join(from, part), at('examples', name, part), { recursive: true });
        }
        manifests.set(name, JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as Dependencies);
      }
      // One installation for all of them, in the folder above: what each needs, as its manifest says.
      const wanted = [...manifests.values()].flatMap(({ dependencies, devDependencies }) =>
        Object.entries({ ...dependencies, ...devDependencies }),
      );
      const ours = new Set(packed.map(({ name }) => name));
      await writeFile(at('examples', 'package.json'), '{ "private": true }');
      await install(
        'examples',
        // Our packages need each other, and are in no registry that a test may ask.
        [...ours, ...wanted.filter(([name]) => !ours.has(name)).map(([name, range]) => `${name}@${range}`)],
      );
    });

    for (const name of copied) {
      it(`compiles ${name}, and its own tests pass`, async () => {
        await program('npm', ['run', '--silent', 'build'], at('examples', name));
        for (const node of nodes) {
          const { stdout } = await program('npm', ['test', '--silent'], at('examples', name), node);
          expect(stdout, node.version).to.match(/ [1-9]\d* passing/);
          expect(stdout, node.version).to.not.match(/ (failing|pending)/);
        }
      });

      it(`finds in the manifest of ${name} all that it imports`, async () => {
        const { dependencies, devDependencies } = manifests.get(name) ?? {};
        for (const file of await readdir(at('examples', name, 'src'))) {
          const text = await readFile(at('examples', name, 'src', file), 'utf8');
          const imported = [...text.matchAll(/ from '([^.][^']*)'/g)].map(([, module = '']) => packageOf(module));
          const known = file.endsWith('.spec.ts') ? { ...dependencies, ...devDependencies } : { ...dependencies };
          const missing = imported.filter((each) => !each.startsWith('node:') && !(each in known));
          expect(missing, file).to.deep.equal([]);
        }
      });
    }

    for (const node of nodes) {
      it(`the commands of orders give what its README promises (${node.version})`, async () => {
        const folder = at('examples', 'orders');
        await rm(join(folder, 'data'), { recursive: true, force: true });
        const readme = await readFile(join(folder, 'README.md'), 'utf8');
        const [, block = ''] = /## Run it\n\n```sh\n(.*?)```/s.exec(readme) ?? [];
        const lines = block.replaceAll('\\\n', '').trimEnd().split('\n');
        expect(lines).to.have.length(4);
        const printed: string[] = [];
        for (const line of lines) {
          const [command = '', ...args] = line.split(/ +/);
          printed.push((await program(command, args, folder, node)).stdout);
        }
        const rows = printed.map((text) => text.trimEnd().split('\n'));
        expect(rows[2]?.map((row) => (JSON.parse(row) as { shop: string }).shop)).to.deep.equal([
          'harbour',
          'market',
          'mill',
        ]);
        // 40 orders of the harbour in two hours; those of the last half hour wait for payments.
        const settled = rows[3]?.map((row) => JSON.parse(row) as { paid: string; amount: string }) ?? [];
        expect(settled.length).to.be.within(30, 40);
        expect(settled.filter(({ paid }) => Number(paid) === 0)).to.have.length.within(5, 20);
      });
    }
  });

  describe('who installs no more than they must', () => {
    const uses: Use[] = [];

    before(async () => {
      await cp(join(ROOT, 'test', 'outsider-bare'), at('bare'), { recursive: true });
      const ours = ['core', 'connectors'].map((name) => `@stockafolio/${name}`);
      await install('bare', [...ours, 'rxjs@7']);
      for (const node of nodes) {
        const { stdout } = await program('node', ['uses.js'], at('bare'), node);
        for (const line of stdout.trimEnd().split('\n')) uses.push(JSON.parse(line) as Use);
      }
    });

    it('is told by every connector what to install, as its README says it', async () => {
      const lines = installLines(await readme('packages/connectors'));
      const said = new Map(lines.flatMap(({ packages, purposes }) => purposes.map((of) => [of, packages.join(' ')])));
      expect(uses).to.have.length(10 * nodes.length);
      for (const { use, code, hint, retryable } of uses) {
        const [connector = ''] = use.split(' ');
        const packages = said.get(connector) ?? said.get(`messages compressed with ${connector}`);
        expect({ code, hint, retryable }, use).to.deep.equal({
          ...{ code: 'ERR_PEER_MISSING', hint: `npm install ${packages}`, retryable: false },
        });
      }
    });
  });
});

interface Use {
  readonly use: string;
  readonly code?: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** A module that imports everything that can be imported. */
async function everything(packed: readonly Packed[]): Promise<string> {
  const lines: string[] = [];
  for (const { place, name } of packed) {
    const { exports } = JSON.parse(await readFile(join(ROOT, place, 'package.json'), 'utf8')) as Manifest;
    for (const [path, target] of Object.entries(exports)) {
      if (target?.endsWith('.js')) lines.push(`export * as n${lines.length} from '${name}${path.slice(1)}';`);
    }
  }
  return lines.join('\n');
}

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** `@scope/name` of `@scope/name/path`. */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | null>>;
}
