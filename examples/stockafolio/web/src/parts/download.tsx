import { request, viewer } from '../live/session.js';

/** A file from the API. If a token is needed, the request carries it, which a plain link cannot do; a session needs none. */
export function Download({
  path,
  name,
  label,
}: {
  readonly path: string;
  readonly name: string;
  readonly label: string;
}) {
  return (
    <a
      class="quiet button"
      href={path}
      download={name}
      aria-label={label}
      onClick={(event) => {
        const seen = viewer.peek();
        if (seen?.login === 'off' || seen?.session === true) return;
        event.preventDefault();
        void save(path, name);
      }}
    >
      CSV
    </a>
  );
}

async function save(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await request(path)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
