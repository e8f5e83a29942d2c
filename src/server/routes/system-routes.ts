import { Type } from 'typebox';
import { wireTime } from '../../ocp/index.ts';
import type { Clock, Engine } from '../../run/index.ts';
import { unavailable } from '../api-error.ts';
import { BareAnswer, route, type Route } from '../route.ts';

/** What the routes about the server itself tell. */
export interface SystemParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly version: string;
  /** Why requests cannot be answered yet, or any more. */
  readonly notReadyBecause: () => string | undefined;
}

const plain = 'text/plain; charset=utf-8';
const json = 'application/json; charset=utf-8';
const state = Type.Object({ status: Type.String() }, { additionalProperties: false });
const tag = 'system';

/** Time, build and state of the server, and the two probes that need no login. */
export function systemRoutes(parts: SystemParts): readonly Route[] {
  return [...probeRoutes(parts), ...factRoutes(parts)];
}

function probeRoutes({ engine, notReadyBecause }: SystemParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/healthz',
      access: 'public',
      operationId: 'getHealth',
      tag,
      summary: 'Whether the store can be written; 503 when it cannot',
      data: state,
      async handle() {
        if (engine.health().state === 'well') return { status: 'UP' };
        throw unavailable('The store cannot be written.');
      },
    }),
    route({
      method: 'GET',
      url: '/readyz',
      access: 'public',
      operationId: 'getReadiness',
      tag,
      summary: 'Whether everything is up; 503 until then',
      data: state,
      async handle() {
        const reason = notReadyBecause();
        if (reason === undefined && engine.health().state === 'well') return { status: 'READY' };
        throw unavailable(reason ?? 'The store cannot be written.');
      },
    }),
  ];
}

function factRoutes({ clock, version }: SystemParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/v2/time',
      access: 'signed-in',
      operationId: 'getTime',
      tag,
      summary: 'The server’s time, as plain text',
      bare: { schema: Type.String(), contentType: plain },
      async handle() {
        const atMs = clock.nowMs();
        return new BareAnswer(wireTime({ atMs, utcOffsetMinutes: clock.utcOffsetMinutes(atMs) }), plain);
      },
    }),
    route({
      method: 'GET',
      url: '/api/v2/info',
      access: 'signed-in',
      operationId: 'getInfo',
      tag,
      summary: 'What is running, outside of the envelope',
      bare: {
        schema: Type.Object(
          { buildVersion: Type.String(), name: Type.String(), nodeVersion: Type.String() },
          { additionalProperties: false },
        ),
        contentType: json,
      },
      async handle() {
        const info = { buildVersion: version, name: 'precede', nodeVersion: process.versions.node };
        return new BareAnswer(JSON.stringify(info), json);
      },
    }),
    route({
      method: 'GET',
      url: '/api/status',
      access: 'signed-in',
      operationId: 'getStatus',
      tag,
      summary: 'That the server answers, outside of the envelope',
      bare: { schema: state, contentType: json },
      async handle() {
        return new BareAnswer(JSON.stringify({ status: 'UP' }), json);
      },
    }),
  ];
}
