import type { JWTPayload } from 'jose';

/**
 * The claim at a path, such as `realm_access.roles`; undefined if there is none. A name may have dots itself, as
 * `https://example.org/roles` or the client `my.app` in `resource_access.my.app.roles`: the longest name that the token
 * has is taken first.
 */
export function claimAt(claims: JWTPayload, path: string): unknown {
  return within(claims, path);
}

/** A claim that is a text, or undefined; an empty text identifies nobody, and half a character cannot be in an address. */
export function textClaim(claims: JWTPayload, path: string): string | undefined {
  const found = claimAt(claims, path);
  return typeof found === 'string' && found !== '' && found.isWellFormed() ? found : undefined;
}

/** Whether the claim at a path is this role, or a list with this role. */
export function hasRole(claims: JWTPayload, path: string, role: string): boolean {
  const found = claimAt(claims, path);
  return found === role || (Array.isArray(found) && found.includes(role));
}

function within(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.has(path)) return fields.get(path);
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const found = within(fields.get(path.slice(0, dot)), path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
