import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Enough of WebHDFS, in memory, for tests without a server: one namenode that is its own datanode. */
export interface StubHdfs {
  /** `host:port`. */
  readonly host: string;
  /** The stored files, by path. */
  readonly files: Map<string, StubFile>;
  /** The requests received: method, path and parameters. */
  readonly asked: {
    readonly op: string;
    readonly path: string;
    readonly params: URLSearchParams;
    readonly bodyLength: number;
  }[];
  /** While set, every request to the namenode is refused with this exception. */
  refusal: { readonly status: number; readonly exception: string; readonly message: string } | undefined;
  close(): Promise<void>;
}

export interface StubFile {
  readonly content: Buffer;
  readonly fileId: number;
  readonly modificationTime: number;
}

interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly location?: string;
}

const PAGE = 3;
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

export async function stubHdfs(): Promise<StubHdfs> {
  const files = new Map<string, StubFile>();
  const folders = new Set(['/']);
  const asked: StubHdfs['asked'] = [];
  let host = '';
  let ids = 1;

  const makeFolders = (path: string): void => {
    for (let folder = path; !folders.has(folder); folder = parentOf(folder)) folders.add(folder);
  };
  const refused = (status: number, exception: string, message = ''): Reply => ({
    status,
    body: JSON.stringify({ RemoteException: { exception, javaClassName: `org.apache.${exception}`, message } }),
  });
  const statusOf = (path: string, pathSuffix: string): object => {
    const file = files.get(path);
    return {
      pathSuffix,
      type: file === undefined ? 'DIRECTORY' : 'FILE',
      length: file?.content.length ?? 0,
      fileId: file?.fileId ?? 0,
      modificationTime: file?.modificationTime ?? 0,
    };
  };

  const operations: Record<string, (path: string, params: URLSearchParams, body: Buffer) => Reply> = {
    GETFILESTATUS: (path) =>
      files.has(path) || folders.has(path)
        ? { status: 200, body: JSON.stringify({ FileStatus: statusOf(path, '') }) }
        : refused(404, 'FileNotFoundException', `File does not exist: ${path}`),
    LISTSTATUS_BATCH: (path, params) => {
      if (!folders.has(path)) return refused(404, 'FileNotFoundException', `File ${path} does not exist.`);
      const after = Buffer.from(params.get('startAfter') ?? '');
      const inside = [...files.keys(), ...folders].filter((each) => each !== '/' && parentOf(each) === path);
      const names = inside.map((each) => each.slice(each.lastIndexOf('/') + 1));
      const left = names
        .filter((name) => after.length === 0 || Buffer.compare(Buffer.from(name), after) > 0)
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const page = left.slice(0, PAGE).map((name) => statusOf(path === '/' ? `/${name}` : `${path}/${name}`, name));
      const DirectoryListing = {
        partialListing: { FileStatuses: { FileStatus: page } },
        remainingEntries: left.length - page.length,
      };
      return { status: 200, body: JSON.stringify({ DirectoryListing }) };
    },
    OPEN: (path, params) => {
      const file = files.get(path);
      if (file === undefined) return refused(404, 'FileNotFoundException', `File ${path} not found.`);
      const offset = Number(params.get('offset') ?? 0);
      if (offset >= file.content.length && offset > 0)
        return refused(403, 'IOException', `Offset=${offset} out of the range`);
      return { status: 200, body: file.content.subarray(offset, offset + Number(params.get('length') ?? Infinity)) };
    },
    CREATE: (path, _params, body) => {
      if (files.has(parentOf(path))) return refused(403, 'ParentNotDirectoryException', `${path} (is not a directory)`);
      makeFolders(parentOf(path));
      files.set(path, { content: body, fileId: ids++, modificationTime: Date.now() });
      return { status: 201 };
    },
    RENAME: (path, params) => {
      const to = params.get('destination') ?? '';
      const file = files.get(path);
      if (file === undefined) return refused(404, 'FileNotFoundException', `rename source ${path} is not found.`);
      if (!folders.has(parentOf(to)))
        return refused(404, 'FileNotFoundException', `rename destination parent ${to} not found.`);
      if (folders.has(to)) return refused(403, 'IOException', 'Source and destination must both be directories');
      if (files.has(to) && params.get('renameoptions') !== 'OVERWRITE')
        return refused(403, 'FileAlreadyExistsException');
      files.delete(path);
      files.set(to, file);
      return { status: 200 };
    },
    MKDIRS: (path) => {
      makeFolders(path);
      return { status: 200, body: '{"boolean":true}' };
    },
    DELETE: (path) => ({ status: 200, body: `{"boolean":${files.delete(path)}}` }),
  };

  const stub: StubHdfs = {
    get host() {
      return host;
    },
    files,
    asked,
    refusal: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const server = createServer((request, response) => {
    bytesOf(request).then(
      (body) => {
        const url = new URL(request.url ?? '', 'http://stub');
        const isDatanode = url.searchParams.has('datanode');
        const op = url.searchParams.get('op') ?? '';
        const path = decodeURIComponent(url.pathname.slice('/webhdfs/v1'.length));
        if (!isDatanode) asked.push({ op, path, params: url.searchParams, bodyLength: body.length });
        const { refusal } = stub;
        let reply: Reply;
        if (refusal !== undefined) reply = refused(refusal.status, refusal.exception, refusal.message);
        else if (!isDatanode && (op === 'CREATE' || (op === 'OPEN' && files.has(path)))) {
          reply = { status: 307, location: `http://${host}${request.url ?? ''}&datanode=1` };
        } else reply = operations[op]?.(path, url.searchParams, body) ?? { status: 400 };
        // A real datanode sends this without being asked.
        if (isDatanode && op === 'CREATE') response.writeContinue();
        response.writeHead(reply.status, reply.location === undefined ? {} : { location: reply.location });
        response.end(reply.body);
      },
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
