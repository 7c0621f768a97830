import type { FastifyInstance } from 'fastify';
import { wireAsOf, wireProgress } from '../wire/firm.js';
import type { WireLogin, WireProgressPair, WireViewer } from '../wire/types.js';
import type { RouteContext } from './context.js';
import { answers, failures, requests } from './schemas.js';
import { SIGN_IN } from './sign-in.js';

/** How far the tables are, which days there are, and who asks. */
export function addGeneralRoutes(server: FastifyInstance, { books, viewers, clock }: RouteContext): void {
  server.get(
    '/api/progress',
    {
      schema: {
        summary: 'what the tables are exact up to',
        description: 'The counts and the rate are of the whole firm, and told to those of the firm alone.',
        tags: ['general'],
        querystring: requests.none,
        response: { 200: answers.progress, ...failures },
      },
      config: { audience: 'signed-in' },
    },
    async ({ viewer }): Promise<WireProgressPair> => {
      const ofFirm = viewer?.firm === true;
      const live = ofFirm ? await books.wireProgress() : await books.asOf();
      const close = await books.closeProgress();
      return {
        now: new Date(clock.now()).toISOString(),
        live,
        close: close === undefined ? null : ofFirm ? wireProgress(close) : wireAsOf(close),
      };
    },
  );

  server.get(
    '/api/days',
    {
      schema: {
        summary: 'the days with trades of the last three weeks, the newest first',
        tags: ['general'],
        querystring: requests.none,
        response: { 200: answers.days, ...failures },
      },
      config: { audience: 'firm' },
    },
    async () => ({ days: await books.days() }),
  );

  server.get(
    '/api/viewer',
    {
      schema: {
        summary: 'who asks, and what may be seen',
        tags: ['general'],
        querystring: requests.none,
        response: { 200: answers.viewer, ...failures },
      },
      config: { audience: 'signed-in' },
    },
    async (request): Promise<WireViewer> => {
      const { viewer } = request;
      return {
        ...{ login: viewers.login.kind, session: viewers.inSession(request) },
        ...{ user: viewer?.user ?? null, name: viewer?.name ?? null, firm: viewer?.firm ?? false },
      };
    },
  );

  server.get(
    '/api/login',
    {
      schema: {
        summary: 'how to sign in',
        tags: ['general'],
        querystring: requests.none,
        response: { 200: answers.login, ...failures },
      },
      config: { audience: 'everybody' },
    },
    async (): Promise<WireLogin> => ({
      login: viewers.login.kind,
      signIn: viewers.sessions === undefined ? null : SIGN_IN,
    }),
  );
}
