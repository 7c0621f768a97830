import type { Files } from '@stockafolio/core/ports';
import type { BatchPorts } from '@stockafolio/runner-batch';
import { archivedForm, type App } from './app.js';
import type { Toolkit } from './toolkit.js';

type Inputs = Pick<BatchPorts<unknown>, 'archive' | 'codec' | 'others'>;

/**
 * The archives of an application's streams in one location, and their codecs.
 *
 * @param format of the first stream; undefined for the one that its archive names
 * @throws ERR_USAGE if the application has no such format
 */
export async function archivedInputs(
  app: App,
  files: Files,
  format: string | undefined,
  toolkit: Pick<Toolkit, 'openArchive'>,
): Promise<Inputs> {
  const all = await Promise.all(
    app.pipeline.streams.map(async (stream, input) => {
      const archive = toolkit.openArchive(files, stream);
      return { name: stream.name, archive, codec: await archivedForm(app, archive, format, input) };
    }),
  );
  const [first, ...others] = all;
  const archive = first?.archive ?? toolkit.openArchive(files, app.pipeline.stream);
  return {
    archive,
    codec: first?.codec ?? (await archivedForm(app, archive, format)),
    others: Object.fromEntries(others.map(({ name, ...input }) => [name, input])),
  };
}
