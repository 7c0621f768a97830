/** A value as this server makes them: 32 random bytes. */
const VALUE = /^[\w-]{43}$/;

/**
 * Reads and writes the cookies of the sign-in. Over https their names begin with `__Host-`: then browsers take them
 * from this host alone, over https alone, and no other host of the domain can set them.
 */
export class Cookies {
  readonly #secure: boolean;

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  /** The value of a cookie; undefined if there is none, more than one, or none that was made here. */
  read(header: string | undefined, name: string): string | undefined {
    const found = (header ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#named(name)}=`))
      .map((pair) => pair.slice(pair.indexOf('=') + 1));
    const [value] = found;
    return found.length === 1 && value !== undefined && VALUE.test(value) ? value : undefined;
  }

  /**
   * The header that sets a cookie. It is sent with links from other pages, such as the provider's way back, and not with
   * their forms and scripts. Without a number of seconds it lasts until the browser is closed.
   */
  write(name: string, value: string, seconds?: number): string {
    const lasts = seconds === undefined ? '' : `; Max-Age=${seconds}`;
    return `${this.#named(name)}=${value}; Path=/; HttpOnly; SameSite=Lax${this.#secure ? '; Secure' : ''}${lasts}`;
  }

  /** The header that removes a cookie. */
  remove(name: string): string {
    return this.write(name, '', 0);
  }

  #named(name: string): string {
    return this.#secure ? `__Host-${name}` : name;
  }
}
