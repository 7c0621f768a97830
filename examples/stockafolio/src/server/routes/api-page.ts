import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Describes the routes that are added after it: /docs is a page, /docs/json the OpenAPI document. */
export async function addApiPage(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Stockafolio',
        version: '0.1.0',
        description:
          'Portfolios and the figures of the firm, read from the tables. Money is a decimal string with four decimals.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    // Its logo is a data URL; otherwise it needs the same as the other pages.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  });
}
