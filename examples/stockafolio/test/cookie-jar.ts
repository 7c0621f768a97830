/** The cookies of a browser, and how it follows redirects: a browser without pages. */
export class CookieJar {
  readonly cookies = new Map<string, string>();
  /** The addresses of the last visit, each redirect's included. */
  visited: string[] = [];

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects, up to one to an address that begins with `until`. */
  async visit(url: string, { until, ...init }: RequestInit & { readonly until?: string } = {}): Promise<Response> {
    this.visited = [url];
    let response = await this.send(url, init);
    for (let n = 0; n < 10; n++) {
      const next = response.headers.get('location');
      if (next === null) return response;
      const address = new URL(next, this.visited.at(-1)).href;
      this.visited.push(address);
      if (until !== undefined && address.startsWith(until)) return response;
      response = await this.send(address);
    }
    throw new Error(`too many redirects: ${this.visited.join(' ')}`);
  }

  /** Fills in the form of the provider's own page, and goes on. */
  async logIn(page: Response, user: string, until?: string): Promise<Response> {
    const action = /action="([^"]+)"/.exec(await page.text())?.[1];
    if (action === undefined) throw new Error(`there is no form at ${page.url}`);
    return this.visit(new URL(action, page.url).href, {
      ...{ method: 'POST', body: new URLSearchParams({ prompt: 'login', login: user, password: 'any' }) },
      ...(until === undefined ? {} : { until }),
    });
  }
}
