import { readdir, readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { installLines, leastTypeScript, packAll, PUBLISHED, type Packed } from './support/packed.js';
import { ROOT, startProgram, succeeded } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const PROJECT = 'https://github.com/stockafolio/stockafolio';

/** The package whose peers are loaded only when they are used. */
const CONNECTORS = '@stockafolio/connectors';
/** Peers of single messages, which no sample needs. */
const OF_MESSAGES = /^messages compressed with \w+$/;

describe('each package, as it is published', () => {
  const at = tempFolder();
  let packed: readonly Packed[] = [];

  before(async () => {
    packed = await packAll(at('packed'));
    for (const { name, file } of packed) {
      await mkdir(at(name), { recursive: true });
      succeeded('tar', await startProgram('tar', ['-xzf', file, '-C', at(name)], at()).ended);
    }
  });

  const read = (name: string, file: string): Promise<string> => readFile(at(name, 'package', file), 'utf8');
  const manifest = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await read(name, 'package.json')) as Record<string, unknown>;

  for (const tool of ['publint', 'attw']) {
    it(`is found faultless by ${tool}`, async () => {
      expect(packed).to.have.length(PUBLISHED.length);
      const options = tool === 'attw' ? ['--profile', 'esm-only', '--no-emoji'] : ['--strict'];
      for (const { file } of packed) {
        const program = join(ROOT, 'node_modules', '.bin', tool);
        succeeded(`${tool} ${file}`, await startProgram(program, [file, ...options], at()).ended);
      }
    });
  }

  it('says where its source is, where faults are reported, and that everybody may have it', async () => {
    for (const { name, place } of packed) {
      const { repository, homepage, bugs, publishConfig, license, keywords } = await manifest(name);
      expect({ repository, homepage, bugs, publishConfig, license }, name).to.deep.equal({
        repository: { type: 'git', url: `git+${PROJECT}.git`, directory: place },
        homepage: `${PROJECT}/tree/main/${place}#readme`,
        bugs: { url: `${PROJECT}/issues` },
        publishConfig: { access: 'public' },
        license: 'MIT',
      });
      expect(keywords, name).to.be.an('array').that.includes('stockafolio');
      expect(new Set(keywords as string[]), name).to.have.property('size', (keywords as string[]).length);
    }
  });

  it('brings the licence', async () => {
    const license = await readFile(join(ROOT, 'LICENSE'), 'utf8');
    for (const { name } of packed) expect(await read(name, 'LICENSE'), name).to.equal(license);
  });

  it('brings no tests, and nothing of the build but its output', async () => {
    for (const { name } of packed) {
      const files = await readdir(at(name, 'package'), { recursive: true });
      expect(files, name).to.include.members(['package.json', 'README.md', 'LICENSE', 'dist']);
      expect(
        files.filter((file) => /\.(spec|tst)\.|tsbuildinfo|tsconfig/.test(file)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('has a README whose links lead somewhere on the page of the registry too', async () => {
    for (const { name } of packed) {
      const text = (await read(name, 'README.md')).replaceAll(/```.*?```/gs, '');
      const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
      const named = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
      const targets = [...inline, ...named].map(([, target]) => String(target));
      expect(
        targets.filter((target) => !/^(https:|#)/.test(target)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('says for which version of TypeScript its types are, the same as all', async () => {
    // The example is a program, not a library for other code.
    const written = packed.filter(({ name }) => name !== '@stockafolio/example');
    const said = await Promise.all(written.map(async ({ name }) => leastTypeScript(await read(name, 'README.md'))));
    const guide = leastTypeScript(await readFile(join(ROOT, 'docs', 'guide', 'README.md'), 'utf8'));
    const [first] = said;
    expect(first).to.match(/^\d+\.\d+$/);
    expect([...said, guide]).to.deep.equal(new Array(said.length + 1).fill(first));
  });

  it('names itself in the first install line of its README', async () => {
    for (const { name } of packed) {
      const [first] = installLines(await read(name, 'README.md'));
      expect(first?.packages, name).to.include(name);
    }
  });

  it('has a README whose install lines bring all peers that its samples use', async () => {
    const purposes = new Map<string, readonly string[]>();
    const note = (exported: Readonly<Record<string, unknown>>, packages: readonly string[]): void => {
      for (const symbol of Object.keys(exported)) purposes.set(symbol, packages);
    };
    for (const line of installLines(await read(CONNECTORS, 'README.md'))) {
      for (const purpose of line.purposes.filter((each) => !OF_MESSAGES.test(each))) {
        note((await import(`${CONNECTORS}/${purpose}`)) as Record<string, unknown>, line.packages);
      }
    }
    expect(purposes.size).to.be.greaterThan(10);
    expect(purposes.get('kafkaSource')).to.deep.equal(['kafkajs@2']);

    for (const { name } of packed) {
      const text = await read(name, 'README.md');
      const installed = installLines(text).flatMap(({ packages }) => packages);
      const { dependencies = {}, peerDependencies = {} } = (await manifest(name)) as Manifest;
      const missing = new Set<string>();
      const here = (wanted: string): boolean => installed.includes(wanted) || nameOf(wanted) in dependencies;
      for (const [, word = ''] of text.matchAll(/\b([a-z]+[A-Z]\w+)\b/g)) {
        for (const wanted of purposes.get(word) ?? []) if (!here(wanted)) missing.add(wanted);
      }
      // Peers that are not optional are required, and not every package manager installs them.
      for (const peer of Object.keys(peerDependencies)) {
        if (!installed.some((wanted) => nameOf(wanted) === peer)) missing.add(peer);
      }
      expect([...missing], name).to.deep.equal([]);
    }
  });

  it('asks for the version of a peer that the others ask for', async () => {
    const ranges = new Map<string, string>();
    for (const { name } of packed) {
      const { dependencies = {}, peerDependencies = {} } = (await manifest(name)) as Manifest;
      for (const [peer, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
        if (peer === 'rxjs') continue; // a dependency of the command, in the version that is tested
        expect(range, `${peer} of ${name}`).to.equal(ranges.get(peer) ?? range);
        ranges.set(peer, range);
      }
    }
  });
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function nameOf(versioned: string): string {
  const end = versioned.lastIndexOf('@');
  return end > 0 ? versioned.slice(0, end) : versioned;
}
