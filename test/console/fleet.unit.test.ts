import { describe, expect, test } from 'vitest';
import type { NowQuery } from '../../console/src/generated/documents.js';
import { partOf } from '../../console/src/kit/band-parts.js';
import { domainOwned, labelsOf, linesOf, projectOwned } from '../../console/src/kit/typed-refs.js';
import { windowSince } from '../../console/src/pages/agents/search.js';
import { inputOf, joinCommand } from '../../console/src/pages/join-tokens/input.js';
import { nodeFilterOf, nodeOrderOf } from '../../console/src/pages/nodes/search.js';
import { denialsThatRose, needsOf, sinceOf } from '../../console/src/pages/now/needs.js';

const SINCE = '2026-11-29T20:00:00.000Z';
const counted = (count: number) => ({ count, isComplete: true });

const FOUND: NowQuery = {
  agentCounts: {
    total: 9,
    byState: [
      { state: 'PENDING', ...counted(2) },
      { state: 'FAILED', count: 2000, isComplete: false },
      { state: 'STALE', ...counted(0) },
    ],
    runningOut: counted(1),
  },
  nodeCounts: {
    byReadiness: [
      { readiness: 'NEVER_READY', ...counted(3) },
      { readiness: 'LOST', ...counted(1) },
    ],
  },
  newAgents: { totalCount: null },
} as unknown as NowQuery;

describe('what needs somebody', () => {
  test('ok: the loudest comes first, and what nothing is in is left out', () => {
    const needs = needsOf(FOUND, SINCE).map(({ key, count, isComplete }) => [key, count, isComplete]);
    expect(needs).toEqual([
      ['agents-FAILED', 2000, false],
      ['nodes-LOST', 1, true],
      ['agents-running-out', 1, true],
      ['agents-PENDING', 2, true],
      ['nodes-NEVER_READY', 3, true],
      ['agents-new', 10_000, false],
    ]);
  });

  test('ok: never heard, not heard any more and trust running out are three words', () => {
    const state = (key: string) => needsOf(FOUND, SINCE).find((need) => need.key === key)?.state;
    expect(state('nodes-NEVER_READY')).toBe('Never heard');
    expect(state('nodes-LOST')).toBe('Fell silent');
    expect(state('agents-running-out')).toBe('Trust running out');
  });

  test('ok: one is told as one, and several as several', () => {
    const words = (key: string) => needsOf(FOUND, SINCE).find((need) => need.key === key)?.words;
    expect(words('nodes-LOST')).toMatch(/^node is /);
    expect(words('nodes-NEVER_READY')).toMatch(/^nodes wait /);
  });

  test('denied: what may not be read needs nobody here', () => {
    expect(needsOf({}, SINCE)).toEqual([]);
    expect(needsOf({ agentCounts: null, policyCandidate: null } as NowQuery, SINCE)).toEqual([]);
  });

  test('ok: denials rose when the last hour has more of them than an hour before on average', () => {
    const hours = (...counts: number[]) => ({ isComplete: true, buckets: counts.map((count) => ({ count })) });
    expect(denialsThatRose(hours(4, 2, 3))).toBe(null);
    expect(denialsThatRose(hours(4, 2, 4))).toEqual(counted(4));
    expect(denialsThatRose(hours(0, 0, 0))).toBe(null);
    expect(denialsThatRose(undefined)).toBe(null);
  });

  test('ok: a day is asked for in whole hours, so that an hour long the same is asked', () => {
    expect(sinceOf(Date.parse('2026-11-30T20:59:59Z'))).toBe(SINCE);
    expect(sinceOf(Date.parse('2026-11-30T20:00:00Z'))).toBe(SINCE);
  });
});

describe('filters of nodes', () => {
  test('ok: labels count once they are whole', () => {
    expect(nodeFilterOf({ labels: 'admin.zone=north, admin.ro' }).labels).toEqual([
      { key: 'admin.zone', value: 'north' },
    ]);
    expect(nodeFilterOf({ labels: 'admin.zone' }).labels).toBe(undefined);
  });

  test('ok: an order that no index has with the filter is left to the server', () => {
    const byName = { field: 'NAME' };
    const byCreation = { field: 'CREATED_AT' };
    expect(nodeOrderOf({ nameStartsWith: 'web' }, byCreation)).toBe(null);
    expect(nodeOrderOf({ nameStartsWith: 'web' }, byName)).toBe(byName);
    expect(nodeOrderOf({ trustStates: ['FAILED'] }, byName)).toBe(null);
    expect(nodeOrderOf({ labels: 'admin.zone=north' }, byCreation)).toBe(byCreation);
    expect(nodeOrderOf({ readiness: ['LOST'] }, byName)).toBe(byName);
  });
});

describe('what people type', () => {
  test('ok: objects are named as in the command line', () => {
    const id = 'prj_01a22e0a-acdd-70a7-b028-4fb8fa8002a6';
    expect(domainOwned('prj', id)).toEqual({ id });
    expect(domainOwned('prj', ' shop ')).toEqual({ name: 'shop' });
    expect(domainOwned('prj', 'acme/shop')).toEqual({ inDomain: { name: 'shop', domain: 'acme' } });
    expect(projectOwned('agt', 'acme/shop/web-1')).toEqual({
      inProject: { name: 'web-1', project: 'shop', domain: 'acme' },
    });
  });

  test('invalid: a label without a value is sent as it is, so that the server tells of it', () => {
    expect(labelsOf(linesOf('admin.rack=7\n\nadmin.zone'))).toEqual([
      { key: 'admin.rack', value: '7' },
      { key: 'admin.zone', value: '' },
    ]);
  });
});

describe('joining a machine', () => {
  test('ok: the token stands in no command, and a server that has a certificate is recognized by its authority', () => {
    expect(joinCommand('https://b.example.org')).toBe(
      'bailiwick agent join --server https://b.example.org --ca-file ca.pem --token-file join.token',
    );
    expect(joinCommand('http://127.0.0.1:4000')).not.toContain('--ca-file');
  });

  test('ok: what nothing was typed for is left to the server', () => {
    const now = Date.parse('2026-11-30T20:00:00Z');
    const input = inputOf(
      { project: 'default', nodePattern: 'web-{n}', uses: '3', expiresAt: '24', tenants: undefined },
      now,
    );
    expect(input).toMatchObject({ nodeName: 'web-{n}', uses: 3, expiresAt: '2026-12-01T20:00:00.000Z', labels: [] });
    expect(input.tenants).toBe(undefined);
    expect(Object.keys(input)).not.toContain('allowlist');
    expect(inputOf({ tenants: 'none' }, now).tenants).toEqual([]);
  });
});

describe('states over time', () => {
  test('ok: a band is cut to the picture, and what lasted a moment is still seen', () => {
    const [from, to] = [Date.parse('2026-11-30T10:00:00Z'), Date.parse('2026-11-30T11:00:00Z')];
    expect(partOf({ since: '2026-11-30T09:00:00Z', until: '2026-11-30T10:30:00Z' }, from, to)).toEqual({
      start: 0,
      width: 500,
    });
    expect(partOf({ since: '2026-11-30T10:30:00Z', until: null }, from, to)).toEqual({ start: 500, width: 500 });
    expect(partOf({ since: '2026-11-30T10:30:00Z', until: '2026-11-30T10:30:00Z' }, from, to)?.width).toBe(4);
    expect(partOf({ since: '2026-11-30T08:00:00Z', until: '2026-11-30T09:00:00Z' }, from, to)).toBe(null);
  });

  test('ok: the picture shows all of a short history', () => {
    const now = Date.parse('2026-11-30T20:00:00Z');
    expect(windowSince('2026-11-30T19:30:00Z', now)).toBe('HOUR');
    expect(windowSince('2026-11-28T19:30:00Z', now)).toBe('WEEK');
    expect(windowSince('2020-01-01T00:00:00Z', now)).toBe('MONTH');
    expect(windowSince(undefined, now)).toBe('MONTH');
  });
});
