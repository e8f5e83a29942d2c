import { afterEach, describe, expect, it } from 'vitest';
import { tellFigures } from '../faults/support/figures.ts';
import { hostOf, zones } from './support/places.ts';
import { post } from './support/requests.ts';
import { Stage, type Data } from './support/stage.ts';

const times = 100;
const clientToken = 'token-of-one-request';
const body = { zoneName: zones.timed, servers: [hostOf(1)] };
let stage: Stage;

afterEach(async () => {
  await stage.close();
});

const path = (clusterId: number): string => `/api/v2/ob/clusters/${clusterId}/servers`;
const asked = post(path(1), { ...body, clientToken });
const askedByHeader = post(path(1), body, { headers: { 'Idempotency-Key': clientToken } });
const askedOtherwise = post(path(1), { ...body, zoneName: zones.instant, clientToken });

function idsOf(answers: readonly Data[]): readonly (number | undefined)[] {
  return [...new Set(answers.map(({ data }) => data?.id))];
}

describe('the same request with one token (R28)', () => {
  it('makes one run, a hundred times at once, by body or header, and after a restart', async () => {
    stage = await Stage.open({ clusters: 2 });
    const requests = Array.from({ length: times }, (_, index) => (index % 2 === 0 ? asked : askedByHeader));
    const first = await stage.data(requests, times);
    expect(first.map(({ status }) => status)).toEqual(requests.map(() => 200));
    expect(idsOf(first)).toEqual([1]);

    await stage.server.kill();
    await stage.begin();
    const second = await stage.data(requests, times);
    expect(second.map(({ status }) => status)).toEqual(requests.map(() => 200));
    expect(idsOf(second)).toEqual([1]);

    const [other] = await stage.data([askedOtherwise]);
    expect(other).toMatchObject({ status: 409, error: { code: 'COM10005' } });
    const [others] = await stage.data([post(path(2), { ...body, servers: [hostOf(2)], clientToken }, { as: 'other' })]);
    expect(others).toMatchObject({ status: 200, data: { id: 2 } });
    const details = `${times} at once and ${times} after a kill -9: 1 run; another body 409; another user's token another run`;
    tellFigures({ name: 'R28 the same request', passed: 2 * times + 2, failed: 0, details });
  });
});
