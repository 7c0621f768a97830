import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed after the tests of the suite that requested it; returns paths in it. */
export function tempFolder(): (...parts: string[]) => string {
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'stockafolio-test-'));
  });
  after(async () => {
    await rm(root, { recursive: true, force: true });
  });
  return (...parts) => join(root, ...parts);
}
