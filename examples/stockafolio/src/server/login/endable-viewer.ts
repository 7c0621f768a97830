import type { Viewer } from './login.js';

/** A viewer whose access can be ended at any moment, also for the streams that are open. */
export class EndableViewer implements Viewer {
  readonly id: string;
  readonly user?: string;
  readonly name?: string;
  readonly firm: boolean;
  #ended = false;

  constructor({ user, name, firm }: Viewer, id: string) {
    this.id = id;
    if (user !== undefined) this.user = user;
    if (name !== undefined) this.name = name;
    this.firm = firm;
  }

  get expires(): number {
    return this.#ended ? 0 : Infinity;
  }

  end(): void {
    this.#ended = true;
  }

  /** Whether another viewer may see the same as this one. */
  equals({ user, name, firm }: Viewer): boolean {
    return this.user === user && this.name === name && this.firm === firm;
  }
}
