import type { FastifyError, FastifyRequest } from 'fastify';
import { Failure } from './failure.js';

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

/**
 * The answer for an invalid parameter: the parameter's name and what it must be. The names come from the schema, so the
 * answer contains nothing that was sent.
 */
export function parameterFailure(error: FastifyError, request: FastifyRequest): Failure | undefined {
  const [first] = error.validation ?? [];
  const context = error.validationContext;
  if (first === undefined || (context !== 'querystring' && context !== 'params')) return undefined;
  const schema = request.routeOptions.schema?.[context] as ObjectSchema | undefined;
  const properties = schema?.properties ?? {};
  if (first.keyword === 'additionalProperties') return badParameter(unknown(Object.keys(properties)));
  const name = Object.keys(properties).find((known) => first.instancePath.split('/')[1] === known);
  if (name === undefined) return undefined;
  const once = first.keyword === 'type' && Array.isArray((request.query as Record<string, unknown>)[name]);
  const what = properties[name]?.description ?? 'what /docs says';
  return badParameter(once ? `${name}: give it once` : `${name}: it must be ${what}`);
}

function unknown(names: readonly string[]): string {
  if (names.length === 0) return 'there is a parameter, but this address takes none';
  return `there is a parameter that this address does not take; it takes ${names.join(' and ')}`;
}

function badParameter(message: string): Failure {
  return new Failure(400, 'BAD_PARAMETER', message);
}
